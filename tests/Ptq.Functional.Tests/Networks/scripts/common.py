"""A small graph builder, weight makers and the writer of the networks' folders."""
import os
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: The committed networks: only these are made, unless ALL is set.
COMMITTED = Path(__file__).resolve().parent.parent
#: Where they are written.
OUT = Path(os.environ.get("OUT", COMMITTED))

F32, F64, F16 = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16
I64, I32, I8, U8, BOOL = (TensorProto.INT64, TensorProto.INT32, TensorProto.INT8,
                          TensorProto.UINT8, TensorProto.BOOL)

#: The IR version that exporters pair with an opset.
IR_FOR_OPSET = {6: 3, 7: 3, 8: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8,
                18: 8, 19: 9, 20: 9, 21: 10}

_registry = []


def fixture(func):
    """Registers a function that writes one or more networks."""
    _registry.append(func)
    return func


def run_registered(only=()):
    for func in _registry:
        if only and not any(word in func.__name__ for word in only):
            continue
        func()


class Weights:
    """Seeded random weights with realistic magnitudes."""

    def __init__(self, seed):
        self.rng = np.random.RandomState(seed)

    def he(self, *shape, fan_in=None):
        fan_in = fan_in or int(np.prod(shape[1:]))
        return (self.rng.randn(*shape) * np.sqrt(2.0 / fan_in)).astype(np.float32)

    def normal(self, *shape, scale=1.0, mean=0.0):
        return (self.rng.randn(*shape) * scale + mean).astype(np.float32)

    def uniform(self, *shape, low=0.0, high=1.0):
        return self.rng.uniform(low, high, shape).astype(np.float32)

    def bias(self, n):
        return self.normal(n, scale=0.1)

    def image(self, *shape):
        """Smooth image-like data in about -2..2: low-frequency waves and noise."""
        shape = tuple(shape)
        height, width = shape[-2], shape[-1]
        y = np.linspace(0, 1, height)[:, None]
        x = np.linspace(0, 1, width)[None, :]
        out = np.zeros(shape, np.float32)
        flat = out.reshape((-1, height, width))
        for i in range(flat.shape[0]):
            a, b, c, d = self.rng.uniform(-4, 4, 4)
            flat[i] = np.sin(a * y + b * x + c) + np.cos(d * x - b * y)
        return (out + self.rng.randn(*shape) * 0.2).astype(np.float32)

    def image_nhwc(self, n, h, w, c):
        return np.ascontiguousarray(self.image(n, c, h, w).transpose(0, 2, 3, 1))

    def ints(self, *shape, high, low=0, dtype=np.int64):
        return self.rng.randint(low, high, shape).astype(dtype)


def tensor(name, array, raw=True):
    """A TensorProto, with raw_data or with the typed field."""
    array = np.asarray(array)
    if raw:
        return numpy_helper.from_array(array, name)
    return helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(array.dtype)
                              if hasattr(helper, "np_dtype_to_tensor_dtype")
                              else onnx.mapping.NP_TYPE_TO_TENSOR_TYPE[array.dtype],
                              array.shape, array.flatten().tolist())


def info(name, elem, shape):
    return helper.make_tensor_value_info(name, elem, shape)


class Graph:
    """Collects nodes and initializers; subclasses bring an exporter's naming habits."""

    def __init__(self, opset, seed, ir=None, producer="", producer_version="", name="graph"):
        self.opset = opset
        self.ir = ir or IR_FOR_OPSET[opset]
        self.w = Weights(seed)
        self.nodes, self.inits, self.inputs, self.outputs, self.infos = [], [], [], [], []
        self.counters = {}
        self.producer, self.producer_version, self.graph_name = producer, producer_version, name
        self.extra_domains = []

    # -- naming -------------------------------------------------------------------------------
    def count(self, key):
        n = self.counters.get(key, 0)
        self.counters[key] = n + 1
        return n

    def node_name(self, op):
        return f"{op}_{self.count('node:' + op)}"

    def value_name(self, op):
        return f"{op}_out_{self.count('value:' + op)}"

    # -- building -----------------------------------------------------------------------------
    def input(self, name, elem, shape):
        self.inputs.append(info(name, elem, shape))
        return name

    def output(self, name, elem, shape):
        self.outputs.append(info(name, elem, shape))
        return name

    def init(self, name, array, raw=True):
        self.inits.append(tensor(name, array, raw))
        return name

    def node(self, op, inputs, out=None, n=1, name=None, domain=None, **attrs):
        """Adds a node; gives its output name, or the list of them when n > 1."""
        if isinstance(inputs, str):
            inputs = [inputs]
        outs = [out] if isinstance(out, str) else list(out) if out else \
            [self.value_name(op) for _ in range(n)]
        attrs = {k: v for k, v in attrs.items() if v is not None}
        self.nodes.append(helper.make_node(op, list(inputs), outs,
                                           name=self.node_name(op) if name is None else name,
                                           domain=domain, **attrs))
        return outs[0] if len(outs) == 1 else outs

    def model(self, initializers_as_inputs=False):
        inputs = list(self.inputs)
        if initializers_as_inputs:
            inputs += [info(t.name, t.data_type, list(t.dims)) for t in self.inits]
        graph = helper.make_graph(self.nodes, self.graph_name, inputs, self.outputs, self.inits,
                                  value_info=self.infos)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)]
                                  + [helper.make_opsetid(d, v) for d, v in self.extra_domains])
        model.ir_version = self.ir
        model.producer_name, model.producer_version = self.producer, self.producer_version
        return model


def save_fixture(name, model, sets, features, *, external=False):
    """Writes NAME/model.onnx and its inputs, two lists of them: a0.npy, a1.npy, … and b0.npy, …

    sets: one or two dicts of input name -> array.
    features: what the network has that others have not, for the table that is printed.
    """
    if not os.environ.get("ALL") and not (COMMITTED / name).is_dir():
        return
    folder = OUT / name
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    if isinstance(sets, dict):
        sets = [sets]
    path = folder / "model.onnx"
    if external:
        onnx.save_model(model, str(path), save_as_external_data=True,
                        all_tensors_to_one_file=True, location="weights.bin", size_threshold=64)
    else:
        path.write_bytes(model.SerializeToString())
    initializers = {t.name for t in model.graph.initializer}
    inputs = [i.name for i in model.graph.input if i.name not in initializers]
    for letter, values in zip("ab", sets):
        assert set(values) == set(inputs), (name, sorted(values), inputs)
        for k, key in enumerate(inputs):
            np.save(folder / f"{letter}{k}.npy", np.ascontiguousarray(values[key]))
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), None)
    print(f"| {name} | {opset} | {'; '.join(features)} |")
