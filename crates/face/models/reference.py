"""Writes reference.json: what ONNX Runtime gives for each shipped or fetched model, for inputs that a test can make itself.

    python3 -m pip install numpy onnx onnxruntime==1.31.1
    python3 reference.py FOLDER_OF_MODELS

The tests of the crate compare with these values, so that they need no Python.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

HERE = pathlib.Path(__file__).parent


def picture(seed, height, width):
    """Bytes of a linear congruential generator (Numerical Recipes), lightened from left to right: [height, width, rgb]."""
    state, values = seed, []
    for index in range(height * width * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        column = index // 3 % width
        values.append((state >> 24) // 2 + 127 * column // width)
    return np.array(values, np.float32).reshape(height, width, 3)


def planes(pixels, bgr, mean, scale):
    ordered = pixels[:, :, ::-1] if bgr else pixels
    return np.ascontiguousarray(((ordered - mean) * scale).transpose(2, 0, 1)[None], np.float32)


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def free_size(model):
    """Height and width of the input of YuNet are lifted, as the crate does."""
    dimensions = model.graph.input[0].type.tensor_type.shape.dim
    dimensions[2].dim_param, dimensions[3].dim_param = "height", "width"
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    return model


CASES = [
    # file, height, width, bgr, mean, scale
    ("yunet.onnx", 64, 96, True, 0.0, 1.0),
    ("sface.onnx", 112, 112, False, 0.0, 1.0),
    ("edgeface_s.onnx", 112, 112, False, 127.5, 0.007843137),
    ("minifasnet_v2.onnx", 80, 80, True, 0.0, 1.0),
    ("minifasnet_v1se.onnx", 80, 80, True, 0.0, 1.0),
]


def main():
    folder, entries = pathlib.Path(sys.argv[1]), []
    for file, height, width, bgr, mean, scale in CASES:
        path = folder / file if (folder / file).exists() else HERE / file
        data = path.read_bytes()
        model = onnx.load_from_string(data)
        runner = session(free_size(model) if file == "yunet.onnx" else model)
        for seed in (1, 2):
            outputs = runner.run(None, {runner.get_inputs()[0].name: planes(picture(seed, height, width), bgr, mean, scale)})
            entries.append({
                "file": file, "sha256": hashlib.sha256(data).hexdigest(), "seed": seed, "height": height, "width": width,
                "outputs": [[float(f"{value:.6g}") for value in output.ravel()] for output in outputs],
            })
    text = json.dumps({"runtime": f"onnxruntime {onnxruntime.__version__}", "cases": entries}, separators=(",", ":"))
    (HERE / "reference.json").write_text(text.replace('{"file"', '\n{"file"') + "\n")


if __name__ == "__main__":
    main()
