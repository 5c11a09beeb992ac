"""ONNX Runtime as a foreign peer: runs one network each time it is told to, and answers how long that took.

    python3 onnxruntime_peer.py FOLDER_OF_FETCHED_MODELS FOLDER_OF_SHIPPED_MODELS

One thread, graph optimisation at its default, which is the fullest. Two things are done to the files so that ONNX Runtime shows what it
can: YuNet's fixed input size is lifted, and weights that SFace also names as inputs are made constants.
Commands are lines: `detect`, `embed`, `attack` are answered with milliseconds; `score` with the cosine of two embeddings.
"""

import pathlib
import sys
import time

import numpy as np
import onnx
import onnxruntime


def picture(seed, height, width):
    """Bytes of a linear congruential generator, lightened from left to right, as the program that measures makes them."""
    state, values = seed, []
    for index in range(height * width * 3):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state >> 24) // 2 + 127 * (index // 3 % width) // width)
    return np.array(values, np.float32).reshape(height, width, 3)


def planes(pixels, bgr):
    return np.ascontiguousarray((pixels[:, :, ::-1] if bgr else pixels).transpose(2, 0, 1)[None])


def session(path):
    model = onnx.load(path)
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    if path.name == "yunet.onnx":
        dimensions = model.graph.input[0].type.tensor_type.shape.dim
        dimensions[2].dim_value, dimensions[3].dim_value = 256, 320
        del model.graph.value_info[:]
        for output in model.graph.output:
            output.type.tensor_type.ClearField("shape")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    runner = onnxruntime.InferenceSession(model.SerializeToString(), options)
    name = runner.get_inputs()[0].name
    return lambda data: runner.run(None, {name: data})


def main():
    fetched, shipped = (pathlib.Path(argument) for argument in sys.argv[1:])
    detect, embed = session(fetched / "yunet.onnx"), session(fetched / "sface.onnx")
    attacks = [session(shipped / name) for name in ("minifasnet_v2.onnx", "minifasnet_v1se.onnx")]
    frame = np.zeros((1, 3, 256, 320), np.float32)
    frame[:, :, :240] = planes(picture(1, 240, 320), True)
    aligned, other = (planes(picture(seed, 112, 112), False) for seed in (1, 2))
    small = planes(picture(1, 80, 80), True)
    work = {
        "detect": lambda: detect(frame),
        "embed": lambda: embed(aligned),
        "attack": lambda: [attack(small) for attack in attacks],
    }
    for line in sys.stdin:
        if line.strip() == "score":
            a, b = embed(aligned)[0].ravel(), embed(other)[0].ravel()
            answer = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
        else:
            begun = time.perf_counter()
            work[line.strip()]()
            answer = (time.perf_counter() - begun) * 1e3
        print(answer, flush=True)


if __name__ == "__main__":
    main()
