"""The same kinds of network in other encodings: data types, old and new opsets, external data, quantized."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from common import BOOL, F16, F32, F64, I8, I32, I64, U8, Graph, Weights, fixture, info, save_fixture, tensor


def small_cnn(g, opset=None, weight=None, x="input", channels=3, classes=6, float_type=F32):
    """Conv, BN, Relu, depthwise, residual Add, pool, Gemm. weight(name, array) may encode the weights."""
    weight = weight or g.init
    y = g.node("Conv", [x, weight("w1", g.w.he(8, channels, 3, 3)), weight("b1", g.w.bias(8))], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    attrs = dict(epsilon=1e-5)
    if (opset or g.opset) == 7 or (opset or g.opset) == 8:
        attrs["spatial"] = 1
    y = g.node("BatchNormalization", [y, weight("scale", g.w.uniform(8, low=.6, high=1.4)), weight("shift", g.w.bias(8)),
                                      weight("mean", g.w.normal(8, scale=.3)), weight("var", g.w.uniform(8, low=.3, high=1.8))], **attrs)
    r = y = g.node("Relu", y)
    y = g.node("Conv", [y, weight("w2", g.w.he(8, 1, 3, 3)), weight("b2", g.w.bias(8))], group=8, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    y = g.node("Relu", g.node("Add", [y, r]))
    y = g.node("Flatten", g.node("GlobalAveragePool", y), axis=1)
    return g.node("Gemm", [y, weight("w3", g.w.he(classes, 8)), weight("b3", g.w.bias(classes))], transB=1)


def image_sets(g, name="input", c=3, dtype=np.float32):
    return [{name: g.w.image(1, c, 24, 24).astype(dtype)}, {name: g.w.image(3, c, 32, 28)[:2, :, :21, :18].astype(dtype)}]


def dynamic(c=3):
    return ["N", c, "H", "W"]


@fixture
def variant_float16_weights():
    """float16 initializers, each followed by a Cast to float."""
    g = Graph(13, 81, producer="converter")
    x = g.input("input", F32, dynamic())

    def weight(name, array):
        g.init(name + "_fp16", array.astype(np.float16))
        return g.node("Cast", name + "_fp16", out=name, to=F32)
    y = small_cnn(g, weight=weight)
    g.node("Softmax", y, out="output", axis=-1)
    g.output("output", F32, ["N", 6])
    save_fixture("variant_fp16_weights_op13", g.model(), image_sets(g), ["float16 raw initializers + Cast"])
    # the same with float16 stored as int32_data
    model = g.model()
    for t in model.graph.initializer:
        bits = np.frombuffer(t.raw_data, np.uint16)
        t.ClearField("raw_data")
        t.int32_data.extend(bits.tolist())
    save_fixture("variant_fp16_int32data_op13", model, image_sets(g), ["float16 initializers in int32_data + Cast"])


@fixture
def variant_float16_network():
    """A float16 network with float inputs and outputs (keep_io_types)."""
    g = Graph(13, 82, producer="onnxconverter")
    g.input("input", F32, dynamic())
    x = g.node("Cast", "input", to=F16, name="graph_input_cast0")
    y = small_cnn(g, weight=lambda n, a: g.init(n, a.astype(np.float16)), x=x)
    y = g.node("Softmax", y, axis=1)
    g.node("Cast", y, out="output", to=F32, name="graph_output_cast0")
    g.output("output", F32, ["N", 6])
    save_fixture("variant_fp16_network_op13", g.model(), image_sets(g), ["float16 activations and weights", "Cast at input and output"])


@fixture
def variant_float64():
    """An MLP in double precision, fed by a float input; the weights in double_data and in raw_data."""
    g = Graph(11, 83)
    g.input("input", F32, ["N", 12])
    x = g.node("Cast", "input", to=F64)
    y = g.node("Gemm", [x, g.init("w1", g.w.he(16, 12).astype(np.float64), raw=False), g.init("b1", g.w.bias(16).astype(np.float64))], transB=1)
    y = g.node("Tanh", y)
    y = g.node("Add", [g.node("MatMul", [y, g.init("w2", g.w.he(16, 8, fan_in=16).astype(np.float64))]), g.init("b2", g.w.bias(8).astype(np.float64), raw=False)])
    y = g.node("Softmax", y, axis=1)
    g.node("Cast", y, out="output", to=F32)
    g.output("output", F32, ["N", 8])
    g.node("ReduceSum", y, out="total", axes=[0], keepdims=0)
    g.output("total", F64, [8])
    save_fixture("variant_float64_op11", g.model(), [{"input": g.w.normal(1, 12)}, {"input": g.w.normal(5, 12)}],
                 ["double part", "double_data", "double output"])


@fixture
def variant_typed_data():
    """float_data, int64_data and int32_data instead of raw_data, in initializers and Constants."""
    g = Graph(11, 84)
    g.input("input", F32, dynamic())
    y = small_cnn(g, weight=lambda n, a: g.init(n, a, raw=False))
    y = g.node("Reshape", [y, g.init("shape", np.asarray([0, 2, 3], np.int64), raw=False)])
    c = g.node("Constant", [], value=tensor("c", np.asarray([[0.5, -1.0, 2.0]], np.float32), raw=False))
    y = g.node("Mul", [y, c])
    y = g.node("Gather", [y, g.init("order", np.asarray([1, 0], np.int32), raw=False)], axis=1)
    y = g.node("Where", [g.init("mask", np.asarray([[[True], [False]]]), raw=False), y, g.init("other", np.asarray([0.25], np.float32), raw=False)])
    y = g.node("Mul", [y, g.node("Cast", g.init("bytes", np.asarray([1, 2, 255], np.uint8), raw=False), to=F32)])
    y = g.node("Add", [y, g.node("Cast", g.init("sbytes", np.asarray([-1, 2, -128], np.int8), raw=False), to=F32)])
    g.node("Identity", y, out="output")
    g.output("output", F32, ["N", 2, 3])
    save_fixture("variant_typed_data_op11", g.model(), image_sets(g), ["float_data", "int64_data", "int32_data for int32/bool/uint8/int8"])


@fixture
def variant_external_data():
    g = Graph(13, 85)
    g.input("input", F32, dynamic())
    y = small_cnn(g)
    g.node("Softmax", y, out="output", axis=1)
    g.output("output", F32, ["N", 6])
    save_fixture("variant_external_data_op13", g.model(), image_sets(g), ["external data, one file weights.bin with offset and length; small tensors inline"], external=True)


@fixture
def variant_constants():
    """Constant nodes with value_float(s)/value_int(s) (opset 12) and an initializer for every odd case."""
    g = Graph(13, 86)
    g.input("input", F32, dynamic())
    y = small_cnn(g)
    y = g.node("Mul", [y, g.node("Constant", [], value_float=0.5)])
    y = g.node("Add", [y, g.node("Constant", [], value_floats=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6])])
    y = g.node("Reshape", [y, g.node("Constant", [], value_ints=[-1, 3, 2])])
    y = g.node("Gather", [y, g.node("Constant", [], value_int=1)], axis=2)               # scalar index drops the axis
    g.init("unused", g.w.normal(3, 3))
    g.node("Identity", y, out="output")
    g.output("output", F32, ["N", 3])
    g.init("const_out", np.asarray([1.0, 2.0], np.float32))
    g.output("const_out", F32, [2])
    g.node("Identity", "input", out="copy")
    g.output("copy", F32, dynamic())
    save_fixture("variant_constants_op13", g.model(), image_sets(g),
                 ["Constant value_float/value_floats/value_ints/value_int", "unused initializer", "initializer as graph output", "input passed through"])


@fixture
def variant_odd_names():
    """Empty node names, unicode tensor names, metadata, extra opset imports, input without shape."""
    g = Graph(12, 87, producer="tööl")
    g.inputs.append(helper.make_tensor_value_info("вход/0", F32, None))
    y = small_cnn(g, x="вход/0")
    y = g.node("Softmax", y, out="出力", axis=1)
    g.outputs.append(helper.make_tensor_value_info("出力", F32, None))
    g.extra_domains = [("ai.onnx.ml", 2), ("com.microsoft", 1), ("ai.onnx.training", 1)]
    model = g.model()
    for i, node in enumerate(model.graph.node):
        node.name = "" if i else "the only name"           # ONNX Runtime refuses a name used twice
        node.doc_string = "made by a test"
    model.doc_string = "A model with odd names."
    model.model_version = 7
    model.domain = "org.example"
    model.metadata_props.add(key="author", value="nobody")
    model.graph.doc_string = "graph"
    sets = [{"вход/0": v} for s in image_sets(g) for v in s.values()]
    save_fixture("variant_odd_names_op12", model, sets, ["unicode names", "empty node names", "input and output without shape", "extra opset imports", "metadata, doc strings"])


@fixture
def variant_ir3():
    """IR 3: every initializer is an input as well. Opsets 7 and 8 with their attribute forms."""
    for opset in (7, 8):
        g = Graph(opset, 88, producer="pytorch" if opset == 7 else "keras2onnx")
        g.input("input", F32, [None, 3, 24, 24] if opset == 7 else ["N", 3, "H", "W"])
        y = g.node("Conv", ["input", g.init("w1", g.w.he(8, 3, 3, 3))], pads=[1, 1, 1, 1], strides=[2, 2])        # kernel_shape left out
        y = g.node("BatchNormalization", [y, g.init("s", g.w.uniform(8, low=.6, high=1.4)), g.init("b", g.w.bias(8)), g.init("m", g.w.bias(8)), g.init("v", g.w.uniform(8, low=.4, high=1.6))],
                   spatial=1, epsilon=1e-5, momentum=0.9)
        y = g.node("Clip", y, min=0.0, max=6.0)
        up = g.node("Upsample", y, mode="nearest" if opset == 7 else "linear", scales=[1.0, 1.0, 2.0, 2.0])
        up = g.node("Conv", [up, g.init("w2", g.w.he(4, 8, 1, 1)), g.init("b2", g.w.bias(4))])
        g.node("Sigmoid", up, out="map")
        y = g.node("PRelu", [y, g.init("slope", g.w.uniform(8, 1, 1, low=.1, high=.3))])
        y = g.node("Pad", y, mode="constant", pads=[0, 0, 1, 0, 0, 0, 1, 0], value=0.5)
        y = g.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_LOWER")
        y = g.node("LRN", y, size=3, alpha=1e-3, beta=0.75, bias=1.0)
        d = g.node("Dropout", y, n=2, ratio=0.4)
        y = g.node("GlobalMaxPool", d[0])
        y = g.node("Reshape", [y, g.init("shape", np.asarray([0, -1], np.int64))])
        y = g.node("Gemm", [y, g.init("w3", g.w.he(8, 6, fan_in=8)), g.init("b3", g.w.bias(6))], alpha=0.5, beta=2.0)
        y = g.node("Unsqueeze", g.node("Softmax", y), axes=[1])
        g.node("Squeeze", y, out="output")
        g.output("output", F32, ["N", 6])
        g.output("map", F32, ["N", 4, None, None])
        sets = [{"input": g.w.image(2, 3, 24, 24)}, {"input": g.w.image(3, 3, 24, 24) if opset == 7 else g.w.image(2, 3, 30, 26)}]
        save_fixture(f"variant_ir3_op{opset}", g.model(initializers_as_inputs=True), sets,
                     ["IR 3, initializers are inputs", "Upsample scales attribute", "BN spatial attribute", "Clip attributes", "Pad attributes", "Dropout with mask output", "LRN",
                      "MaxPool SAME_LOWER", "Gemm alpha/beta", "Squeeze without axes", "Softmax default axis", "Conv without kernel_shape"])


@fixture
def variant_opset6():
    """Opset 6: broadcast/axis attributes, is_test, Gemm broadcast. ONNX Runtime cannot run these."""
    def build(opset):
        old = opset < 7
        g = Graph(opset, 89, producer="pytorch", producer_version="0.3")
        g.input("input", F32, [2, 3, 24, 24])
        y = g.node("Conv", ["input", g.init("w1", g.w.he(8, 3, 3, 3))], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2], dilations=[1, 1], group=1)
        bias = g.w.bias(8)
        if old:
            y = g.node("Add", [y, g.init("bias", bias)], axis=1, broadcast=1)
        else:
            y = g.node("Add", [y, g.init("bias", bias.reshape(8, 1, 1))])
        bn = [y, g.init("s", g.w.uniform(8, low=.6, high=1.4)), g.init("b", g.w.bias(8)), g.init("m", g.w.bias(8)), g.init("v", g.w.uniform(8, low=.4, high=1.6))]
        y = g.node("BatchNormalization", bn, epsilon=1e-5, momentum=0.9, **(dict(is_test=1, spatial=1) if old else {}))
        y = g.node("Relu", y)
        slope = g.w.uniform(8, low=.1, high=.3)
        y = g.node("PRelu", [g.node("Sub", [y, g.init("half", np.asarray([0.5], np.float32))], **(dict(broadcast=1) if old else {})),
                             g.init("slope", slope if old else slope.reshape(8, 1, 1))])
        y = g.node("Clip", y, min=-1.0, max=6.0)
        y = g.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])
        # per-row scale of a trailing axis: axis 2 of four
        row = g.w.uniform(6, low=.5, high=1.5)
        y = g.node("Mul", [y, g.init("row", row if old else row.reshape(6, 1))], **(dict(axis=2, broadcast=1) if old else {}))
        y = g.node("Dropout", y, ratio=0.5, **(dict(is_test=1) if old else {}))
        y = g.node("AveragePool", y, kernel_shape=[3, 3], strides=[3, 3])
        y = g.node("Reshape", [y, g.init("shape", np.asarray([2, -1], np.int64))])
        y = g.node("Gemm", [y, g.init("w2", g.w.he(6, 32)), g.init("b2", g.w.bias(6))], transB=1, alpha=1.0, beta=1.0, **(dict(broadcast=1) if old else {}))
        g.node("LogSoftmax", y, out="output", axis=1)
        g.output("output", F32, [2, 6])
        return g
    g = build(6)
    save_fixture("variant_opset6", g.model(initializers_as_inputs=True), [{"input": g.w.image(2, 3, 24, 24)}],
                 ["legacy broadcast/axis attributes of Add/Sub/Mul", "BatchNormalization is_test", "Dropout is_test", "Gemm broadcast", "PRelu slope [C]"])

    def squeezenet(opset):
        old = opset < 7
        g = Graph(opset, 90, producer="CNTK" if old else "")
        g.input("data", F32, [1, 3, 32, 32])
        y = g.node("Relu", g.node("Conv", ["data", g.init("conv1_w", g.w.he(8, 3, 3, 3)), g.init("conv1_b", g.w.bias(8))], kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 0, 0]))
        y = g.node("MaxPool", y, kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 0, 0])
        for i, c in enumerate((8, 16)):
            s = g.node("Relu", g.node("Conv", [y, g.init(f"fire{i}_s_w", g.w.he(4, c, 1, 1)), g.init(f"fire{i}_s_b", g.w.bias(4))], kernel_shape=[1, 1]))
            a = g.node("Relu", g.node("Conv", [s, g.init(f"fire{i}_a_w", g.w.he(8, 4, 1, 1)), g.init(f"fire{i}_a_b", g.w.bias(8))], kernel_shape=[1, 1]))
            b = g.node("Relu", g.node("Conv", [s, g.init(f"fire{i}_b_w", g.w.he(8, 4, 3, 3)), g.init(f"fire{i}_b_b", g.w.bias(8))], kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
            y = g.node("Concat", [a, b], axis=1)
        d = g.node("Dropout", y, n=2, ratio=0.5, **(dict(is_test=1) if old else {}))
        y = g.node("Conv", [d[0], g.init("last_w", g.w.he(6, 16, 1, 1)), g.init("last_b", g.w.bias(6))], kernel_shape=[1, 1])
        y = g.node("GlobalAveragePool", y)
        # Cast takes a type name up to opset 5 and an enum from 6; Tile takes repeats as a tensor
        y = g.node("Tile", [y, g.init("repeats", np.asarray([1, 1, 1, 1], np.int64))])
        y = g.node("Sum", [y, y])
        g.node("Softmax", y, out="softmaxout_1")                      # default axis 1 on [N, C, 1, 1]
        g.output("softmaxout_1", F32, [1, 6, 1, 1])
        return g
    g = squeezenet(6)
    save_fixture("variant_opset6_squeezenet", g.model(initializers_as_inputs=True), [{"data": g.w.image(1, 3, 32, 32)}],
                 ["fire modules", "Dropout with unused mask", "Softmax on [N,C,1,1] with default axis", "Sum of a value with itself", "Tile"])


@fixture
def variant_softmax_semantics():
    """Softmax, LogSoftmax and Flatten before and after opset 13: flatten-to-2-D against per-axis."""
    for opset in (9, 11, 13):
        g = Graph(opset, 91)
        g.input("input", F32, ["N", 4, "L", 5])
        g.node("Softmax", "input", out="axis1", axis=1)               # before 13 over all of C*L*5
        g.node("Softmax", "input", out="axis2", axis=2)
        g.node("Softmax", "input", out="default")
        g.node("LogSoftmax", "input", out="log2", axis=2)
        g.node("Hardmax", "input", out="hard", axis=2)
        g.node("Flatten", "input", out="flat2", axis=2)
        g.node("Flatten", "input", out="flat0", axis=0)
        for o in ("axis1", "axis2", "default", "log2", "hard"):
            g.output(o, F32, ["N", 4, "L", 5])
        g.output("flat2", F32, [None, None])
        g.output("flat0", F32, [1, None])
        save_fixture(f"variant_softmax_op{opset}", g.model(), [{"input": g.w.normal(1, 4, 6, 5)}, {"input": g.w.normal(3, 4, 2, 5)}],
                     ["Softmax/LogSoftmax/Hardmax with an inner axis: " + ("per-axis" if opset >= 13 else "coerced to 2-D"), "default axis " + ("-1" if opset >= 13 else "1"), "Flatten axis 0 and 2"])


@fixture
def variant_pool_shapes():
    """Pools and convolutions with every padding rule."""
    for opset in (10, 12, 19):
        g = Graph(opset, 92)
        g.input("input", F32, ["N", 4, 23, 19])
        outs = []
        def pool(op, **kw):
            outs.append(g.node(op, "input", out=f"out{len(outs)}", **kw))
        pool("MaxPool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
        pool("MaxPool", kernel_shape=[3, 2], strides=[2, 3], pads=[1, 0, 0, 1], ceil_mode=1)
        pool("MaxPool", kernel_shape=[3, 3], dilations=[2, 2], strides=[1, 2])
        pool("MaxPool", kernel_shape=[2, 2], auto_pad="SAME_UPPER", strides=[2, 2])
        pool("MaxPool", kernel_shape=[3, 4], auto_pad="SAME_LOWER", strides=[2, 2])
        pool("MaxPool", kernel_shape=[3, 3], auto_pad="VALID", strides=[3, 3])
        pool("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        pool("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
        pool("AveragePool", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
        pool("AveragePool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER", count_include_pad=1)
        if opset >= 19:
            pool("AveragePool", kernel_shape=[3, 3], strides=[1, 1], dilations=[2, 2])
        w1, w2 = g.init("w1", g.w.he(6, 4, 3, 3)), g.init("w2", g.w.he(4, 2, 2, 3))
        for kw in (dict(auto_pad="SAME_UPPER", strides=[2, 2]), dict(auto_pad="SAME_LOWER", strides=[2, 3]), dict(auto_pad="VALID", strides=[2, 1]), dict(pads=[0, 2, 1, 0], dilations=[2, 1])):
            outs.append(g.node("Conv", ["input", w1], out=f"out{len(outs)}", **kw))
        outs.append(g.node("Conv", ["input", w2], out=f"out{len(outs)}", group=2, kernel_shape=[2, 3], auto_pad="SAME_LOWER"))
        for o in outs:
            g.output(o, F32, ["N", None, None, None])
        save_fixture(f"variant_padding_op{opset}", g.model(), [{"input": g.w.image(1, 4, 23, 19)}, {"input": g.w.image(2, 4, 23, 19)}],
                     ["pools and conv with SAME_UPPER/SAME_LOWER/VALID, ceil_mode, dilations, count_include_pad, asymmetric pads"])


@fixture
def variant_conv_transpose():
    """ConvTranspose: pads, output_padding, output_shape, auto_pad, groups, dilations."""
    g = Graph(13, 93)
    g.input("input", F32, ["N", 4, 7, 9])
    w3, w2, wg = g.init("w3", g.w.he(4, 6, 3, 3)), g.init("w2", g.w.he(4, 6, 2, 4)), g.init("wg", g.w.he(4, 3, 3, 3))
    b = g.init("b", g.w.bias(6))
    cases = [dict(w=w3, strides=[2, 2]), dict(w=w3, strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]), dict(w=w3, strides=[2, 2], output_shape=[14, 18]),
             dict(w=w3, strides=[2, 3], auto_pad="SAME_UPPER"), dict(w=w3, strides=[3, 2], auto_pad="SAME_LOWER"), dict(w=w2, strides=[1, 2], pads=[1, 0, 0, 2]),
             dict(w=wg, group=2, strides=[2, 1], pads=[0, 1, 2, 1]), dict(w=w3, dilations=[2, 3], strides=[1, 2], auto_pad="VALID"),
             dict(w=w3, strides=[2, 2], output_shape=[13, 17], auto_pad="SAME_UPPER"), dict(w=w3, strides=[2, 2], output_shape=[16, 20], output_padding=[1, 1])]
    for i, c in enumerate(cases):
        inputs = ["input", c.pop("w")] + ([b] if i % 2 else [])
        g.node("ConvTranspose", inputs, out=f"out{i}", **c)
        g.output(f"out{i}", F32, ["N", 6, None, None])
    save_fixture("variant_convtranspose_op13", g.model(), [{"input": g.w.image(1, 4, 7, 9)}, {"input": g.w.image(2, 4, 7, 9)}],
                 ["ConvTranspose with pads/output_padding/output_shape/auto_pad/group/dilations/asymmetric pads"])


@fixture
def variant_resize():
    """Resize: every coordinate mode and rounding mode, by scales and by sizes."""
    for opset in (11, 13, 18):
        g = Graph(opset, 94)
        g.input("input", F32, ["N", 2, 7, 6])
        roi, none = g.init("roi", np.zeros(0, np.float32)), g.init("none", np.zeros(0, np.float32))
        up = g.init("up", np.asarray([1, 1, 2, 1.5], np.float32))
        down = g.init("down", np.asarray([1, 1, 0.6, 0.5], np.float32))
        n = 0
        modes = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
        cases = []
        for ctm in modes:
            cases += [dict(mode="linear", ctm=ctm, scales=up), dict(mode="linear", ctm=ctm, scales=down), dict(mode="cubic", ctm=ctm, scales=up)]
            for nm in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
                cases += [dict(mode="nearest", ctm=ctm, scales=up, nearest_mode=nm), dict(mode="nearest", ctm=ctm, scales=down, nearest_mode=nm)]
        cases += [dict(mode="linear", ctm="half_pixel", sizes=[13, 4]), dict(mode="nearest", ctm="asymmetric", sizes=[14, 12], nearest_mode="floor"), dict(mode="nearest", ctm="half_pixel", sizes=[3, 11]),
                  dict(mode="linear", ctm="align_corners", sizes=[1, 9]), dict(mode="linear", ctm="pytorch_half_pixel", sizes=[1, 12])]
        for c in cases:
            attrs = dict(mode=c["mode"], coordinate_transformation_mode=c["ctm"], nearest_mode=c.get("nearest_mode"))
            if "sizes" in c:
                # sizes of N and C are taken at run time
                nc = g.node("Slice", [g.node("Shape", "input"), g.init(f"z{n}", np.asarray([0], np.int64)), g.init(f"t{n}", np.asarray([2], np.int64))])
                sizes = g.node("Concat", [nc, g.init(f"hw{n}", np.asarray(c["sizes"], np.int64))], axis=0)
                inputs = ["input", roi, none, sizes] if opset < 13 else ["input", "", "", sizes]
            else:
                inputs = ["input", roi if opset < 13 else "", c["scales"]]
            g.node("Resize", inputs, out=f"out{n}", **attrs)
            g.output(f"out{n}", F32, ["N", 2, None, None])
            n += 1
        if opset >= 18:
            g.node("Resize", ["input", "", g.init("hw", np.asarray([2.0, 0.5], np.float32))], out=f"out{n}", axes=[2, 3], mode="linear")
            g.output(f"out{n}", F32, None)
            g.node("Resize", ["input", "", down], out=f"out{n + 1}", mode="linear", antialias=1)
            g.output(f"out{n + 1}", F32, None)
            g.node("Resize", ["input", "", "", g.init("keep", np.asarray([12, 12], np.int64))], out=f"out{n + 2}", axes=[2, 3], mode="nearest", keep_aspect_ratio_policy="not_larger")
            g.output(f"out{n + 2}", F32, None)
        save_fixture(f"variant_resize_op{opset}", g.model(), [{"input": g.w.image(1, 2, 7, 6)}, {"input": g.w.image(2, 2, 7, 6)}],
                     ["Resize: all coordinate and nearest modes, linear and cubic, scales and sizes", "roi/scales as empty tensors" if opset < 13 else "roi/scales as empty names"]
                     + (["axes, antialias, keep_aspect_ratio_policy"] if opset >= 18 else []))


@fixture
def variant_new_opsets():
    """Newer operator forms: 17 to 21, IR 8 to 10."""
    for opset in (18, 19, 20, 21):
        g = Graph(opset, 95, ir={18: 8, 19: 9, 20: 9, 21: 10}[opset], producer="pytorch", producer_version="2.5.0")
        g.input("input", F32, dynamic())
        y = g.node("Conv", ["input", g.init("w1", g.w.he(8, 3, 3, 3)), g.init("b1", g.w.bias(8))], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], name="/conv1/Conv")
        y = g.node("BatchNormalization", [y, g.init("s", g.w.uniform(8, low=.6, high=1.4)), g.init("b", g.w.bias(8)), g.init("m", g.w.bias(8)), g.init("v", g.w.uniform(8, low=.4, high=1.6))],
                   epsilon=1e-5, momentum=0.9, training_mode=0)
        y = g.node("HardSwish", y)
        a, b = g.node("Split", y, n=2, axis=1, num_outputs=2)
        y = g.node("Concat", [g.node("Mish", a) if opset >= 18 else a, b], axis=1)
        axes = g.init("axes", np.asarray([2, 3], np.int64))
        p = g.node("ReduceMean", [y, axes], keepdims=1)
        p = g.node("ReduceMax", [y, axes], keepdims=1) if opset == 19 else p
        y = g.node("Mul", [y, g.node("Sigmoid", p)])
        # tokens and attention with LayerNormalization
        y = g.node("Transpose", g.node("Reshape", [y, g.init("shape", np.asarray([0, 8, -1], np.int64))], allowzero=0), perm=[0, 2, 1])
        n = g.node("LayerNormalization", [y, g.init("ls", g.w.uniform(8, low=.6, high=1.4)), g.init("lb", g.w.bias(8))], axis=-1, epsilon=1e-5)
        q, k, v = (g.node("MatMul", [n, g.init(f"w{c}", g.w.he(8, 8))]) for c in "qkv")
        s = g.node("Mul", [g.node("MatMul", [q, g.node("Transpose", k, perm=[0, 2, 1])]), g.init("k", np.float32(8 ** -0.5))])
        y = g.node("Add", [y, g.node("MatMul", [g.node("Softmax", s, axis=-1), v])])
        f = g.node("MatMul", [y, g.init("f1", g.w.he(8, 16, fan_in=8))])
        if opset >= 20:
            f = g.node("Gelu", f, approximate="none" if opset == 20 else "tanh")
        else:
            f = g.node("Mul", [f, g.node("Sigmoid", f)])
        y = g.node("Add", [y, g.node("MatMul", [f, g.init("f2", g.w.he(16, 8, fan_in=16))])])
        if opset == 21:
            y = g.node("Transpose", g.node("GroupNormalization", [g.node("Transpose", y, perm=[0, 2, 1]), g.init("gs", g.w.uniform(8, low=.6, high=1.4)), g.init("gb", g.w.bias(8))],
                                           num_groups=2, epsilon=1e-5), perm=[0, 2, 1])
        first = g.node("Shape", y, start=0, end=1)
        size = g.node("Concat", [first, g.init("minus", np.asarray([-1, 4, 2], np.int64))], axis=0)
        y = g.node("Reshape", [y, size])
        y = g.node("Mul", [y, g.init("small", np.float32(0.02))])
        y = g.node("ReduceSum", [y, g.init("axes2", np.asarray([1], np.int64))], keepdims=0)
        if opset >= 18:
            y = g.node("Pad", [y, g.init("pads", np.asarray([1, 2], np.int64)), g.init("zero", np.float32(0.5)), g.init("paxes", np.asarray([2], np.int64))], mode="constant")
        g.node("LogSoftmax", y, out="output", axis=-1)
        g.output("output", F32, ["N", 4, 5])
        save_fixture(f"variant_opset{opset}_ir{g.ir}", g.model(), image_sets(g),
                     ["HardSwish", "Split num_outputs", "Mish", "Reduce axes as input", "LayerNormalization", "Shape start/end", "Pad with axes input", "BatchNormalization training_mode 0"]
                     + (["Gelu approximate"] if opset >= 20 else []) + (["GroupNormalization"] if opset == 21 else []))


# -- quantized models -------------------------------------------------------------------------

def quant_params(values, unsigned=True):
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    if unsigned:
        scale = (high - low) / 255 or 1.0
        return np.float32(scale), np.uint8(np.clip(np.round(-low / scale), 0, 255))
    scale = max(abs(low), abs(high)) / 127 or 1.0
    return np.float32(scale), np.int8(0)


def quant_weights(w, axis=None, top=127):
    """Symmetric int8 up to +-top; per channel along axis, or per tensor.

    Models with integer kernels use 63: on processors without VNNI the 8-bit products of larger weights
    saturate in ONNX Runtime, so its outputs would depend on the machine.
    """
    if axis is None:
        scale = np.float32(np.abs(w).max() / top)
        return np.clip(np.round(w / scale), -top, top).astype(np.int8), scale, np.int8(0)
    other = tuple(i for i in range(w.ndim) if i != axis)
    scale = (np.abs(w).max(axis=other) / top).astype(np.float32)
    shape = [-1 if i == axis else 1 for i in range(w.ndim)]
    return np.clip(np.round(w / scale.reshape(shape)), -top, top).astype(np.int8), scale, np.zeros(len(scale), np.int8)


class QuantNet:
    """A small CNN with calibrated ranges; the float values come from torch."""

    def __init__(self, seed):
        import torch
        import torch.nn.functional as F
        w = Weights(seed)
        self.w = w
        self.p = dict(w1=w.he(8, 3, 3, 3), b1=w.bias(8), w2=w.he(8, 1, 3, 3), b2=w.bias(8), w3=w.he(12, 8, 1, 1), b3=w.bias(12), w4=w.he(12, 6, fan_in=12), b4=w.bias(6))
        t = {k: torch.from_numpy(v) for k, v in self.p.items()}
        self.sets = [{"input": w.image(1, 3, 24, 24)}, {"input": w.image(3, 3, 32, 28)[:2, :, :21, :18]}]
        x = torch.from_numpy(w.image(4, 3, 24, 24))
        self.r = {"input": x.numpy()}
        a = F.relu(F.conv2d(x, t["w1"], t["b1"], 2, 1))
        self.r["a"] = a.numpy()
        b = F.conv2d(a, t["w2"], t["b2"], 1, 1, groups=8)
        self.r["b"] = b.numpy()
        c = F.relu(a + b)
        self.r["c"] = c.numpy()
        d = F.relu(F.conv2d(c, t["w3"], t["b3"]))
        self.r["d"] = d.numpy()
        e = d.mean((2, 3))
        self.r["e"] = e.numpy()
        self.r["f"] = (e @ t["w4"] + t["b4"]).numpy()


@fixture
def quant_qdq():
    """QDQ models: per channel and per tensor, uint8 and int8 activations, paddle-like float weights."""
    for name, opset, per_channel, unsigned, paddle in (("quant_qdq_channel_op13", 13, True, True, False), ("quant_qdq_tensor_op10", 10, False, True, False),
                                                       ("quant_qdq_int8_op13", 13, True, False, False), ("quant_qdq_paddle_op13", 13, True, False, True), ("quant_qdq_op21", 21, True, True, False)):
        n = QuantNet(101)
        g = Graph(opset, 101, producer="onnx.quantize" if not paddle else "PaddlePaddle", producer_version="0.1.0")
        g.input("input", F32, dynamic())

        def qdq(v, key):
            scale, zero = quant_params(n.r[key], unsigned)
            if paddle:                                     # one-element vectors with axis, shared constants
                s, z = g.init(f"{key}_scale", np.asarray([scale]).reshape(())), g.init(f"{key}_zero", np.asarray(zero))
            else:
                s, z = g.init(f"{key}_scale", np.asarray(scale)), g.init(f"{key}_zero_point", np.asarray(zero))
            q = g.node("QuantizeLinear", [v, s, z], out=f"{key}_QuantizeLinear_Output", name=f"{key}_QuantizeLinear")
            return g.node("DequantizeLinear", [q, s, z], out=f"{key}_DequantizeLinear_Output", name=f"{key}_DequantizeLinear"), scale

        def dq_weight(key, axis):
            w = n.p[key]
            q, scale, zero = quant_weights(w, axis if per_channel else None)
            attrs = dict(axis=axis) if per_channel else {}
            s, z = g.init(f"{key}_scale", np.asarray(scale)), g.init(f"{key}_zero_point", np.asarray(zero))
            if paddle:
                qi = g.node("QuantizeLinear", [g.init(key, w), s, z], **attrs)
            else:
                qi = g.init(f"{key}_quantized", q)
            return g.node("DequantizeLinear", [qi, s, z], out=f"{key}_DequantizeLinear_Output", **attrs), scale

        def conv(x, key, xs, wkey, bkey, **kw):
            w, ws = dq_weight(wkey, 0)
            if paddle:
                b = g.init(bkey, n.p[bkey])
            else:
                bs = (xs * ws).astype(np.float32)
                q = np.round(n.p[bkey] / bs).astype(np.int32)
                inputs = [g.init(f"{bkey}_quantized", q), g.init(f"{bkey}_scale", np.asarray(bs))]
                if opset >= 13:
                    inputs.append(g.init(f"{bkey}_zero_point", np.zeros(np.shape(bs), np.int32)))
                b = g.node("DequantizeLinear", inputs, **(dict(axis=0) if per_channel else {}))
            return g.node("Conv", [x, w, b], **kw)
        x, xs = qdq("input", "input")
        y = g.node("Relu", conv(x, "a", xs, "w1", "b1", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]))
        a, as_ = qdq(y, "a")
        b, bs_ = qdq(conv(a, "b", as_, "w2", "b2", kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=8), "b")
        c, cs_ = qdq(g.node("Relu", g.node("Add", [a, b])), "c")
        d, ds_ = qdq(g.node("Relu", conv(c, "d", cs_, "w3", "b3", kernel_shape=[1, 1])), "d")
        e, es_ = qdq(g.node("Flatten", g.node("GlobalAveragePool", d)), "e")
        w, ws = dq_weight("w4", 1)
        f = g.node("Add", [g.node("MatMul", [e, w]), g.init("b4", n.p["b4"])])
        f, _ = qdq(f, "f")
        g.node("Softmax", f, out="output", axis=1)
        g.output("output", F32, ["N", 6])
        save_fixture(name, g.model(), n.sets,
                     ["QDQ", "per-channel weights" if per_channel else "per-tensor weights", ("uint8" if unsigned else "int8") + " activations"]
                     + (["weights float through QuantizeLinear"] if paddle else ["int8 weight initializers", "int32 bias through DequantizeLinear"]))


@fixture
def quant_qoperator():
    """QLinearConv (per tensor and per channel), QLinearMatMul, and the contrib operators of ONNX Runtime's quantizer."""
    for name, per_channel, contrib in (("quant_qoperator_op10", False, False), ("quant_qoperator_channel_op13", True, False), ("quant_qoperator_contrib_op13", True, True)):
        n = QuantNet(102)
        opset = 10 if "op10" in name else 13
        g = Graph(opset, 102, producer="onnx.quantize")
        if contrib:
            g.extra_domains = [("com.microsoft", 1)]
        g.input("input", F32, dynamic())
        sz = {}
        for key, values in n.r.items():
            s, z = quant_params(values)
            sz[key] = (g.init(f"{key}_scale", np.asarray(s)), g.init(f"{key}_zero_point", np.asarray(z)), s)

        def qconv(x, src, dst, wkey, bkey, **kw):
            q, ws, wz = quant_weights(n.p[wkey], 0 if per_channel else None, top=63)
            bias = np.round(n.p[bkey] / (sz[src][2] * ws)).astype(np.int32)
            return g.node("QLinearConv", [x, sz[src][0], sz[src][1], g.init(f"{wkey}_quantized", q), g.init(f"{wkey}_scale", np.asarray(ws)), g.init(f"{wkey}_zero_point", np.asarray(wz)),
                                          sz[dst][0], sz[dst][1], g.init(f"{bkey}_quantized", bias)], **kw)
        x = g.node("QuantizeLinear", ["input", *sz["input"][:2]], name="input_QuantizeLinear")
        # the fused Relu is the clamp at the zero point (zero point 0 there)
        a = qconv(x, "input", "a", "w1", "b1", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        b = qconv(a, "a", "b", "w2", "b2", kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=8)
        if contrib:
            c = g.node("QLinearAdd", [a, *sz["a"][:2], b, *sz["b"][:2], *sz["c"][:2]], domain="com.microsoft")
        else:
            af, bf = g.node("DequantizeLinear", [a, *sz["a"][:2]]), g.node("DequantizeLinear", [b, *sz["b"][:2]])
            c = g.node("QuantizeLinear", [g.node("Relu", g.node("Add", [af, bf])), *sz["c"][:2]])
        d = qconv(c, "c", "d", "w3", "b3", kernel_shape=[1, 1])
        if contrib:
            e = g.node("QLinearGlobalAveragePool", [d, *sz["d"][:2], *sz["e"][:2]], domain="com.microsoft", channels_last=0)
            e = g.node("Flatten", e, axis=1)
        else:
            e = g.node("GlobalAveragePool", g.node("DequantizeLinear", [d, *sz["d"][:2]]))
            e = g.node("QuantizeLinear", [g.node("Flatten", e), *sz["e"][:2]])
        q, ws, wz = quant_weights(n.p["w4"], None, top=63)
        f = g.node("QLinearMatMul", [e, *sz["e"][:2], g.init("w4_quantized", q), g.init("w4_scale", np.asarray(ws)), g.init("w4_zero_point", np.asarray(wz)), *sz["f"][:2]])
        f = g.node("DequantizeLinear", [f, *sz["f"][:2]])
        f = g.node("Add", [f, g.init("b4", n.p["b4"])])
        g.node("Softmax", f, out="output", axis=1)
        g.output("output", F32, ["N", 6])
        save_fixture(name, g.model(), n.sets,
                     ["QLinearConv " + ("per channel" if per_channel else "per tensor"), "depthwise QLinearConv", "QLinearMatMul", "uint8 activations, int8 weights"]
                     + (["com.microsoft QLinearAdd and QLinearGlobalAveragePool"] if contrib else []))


@fixture
def quant_dynamic():
    """Dynamic quantization: DynamicQuantizeLinear, ConvInteger, MatMulInteger, Cast, Mul."""
    n = QuantNet(103)
    g = Graph(11, 103, producer="onnx.quantize")
    g.input("input", F32, dynamic())

    def integer(op, x, wkey, bkey, shape, **kw):
        q, ws, wz = quant_weights(n.p[wkey], top=63)
        if op == "ConvInteger":                               # ConvInteger kernels want uint8 weights
            q, wz = (q.astype(np.int16) + 128).astype(np.uint8), np.uint8(128)
        xq, xs, xz = g.node("DynamicQuantizeLinear", x, n=3)
        y = g.node(op, [xq, g.init(f"{wkey}_quantized", q), xz, g.init(f"{wkey}_zero_point", np.asarray(wz))], **kw)
        y = g.node("Cast", y, to=F32)
        y = g.node("Mul", [y, g.node("Mul", [xs, g.init(f"{wkey}_scale", np.asarray(ws))])])
        return g.node("Add", [y, g.init(bkey, n.p[bkey].reshape(shape))])
    y = g.node("Relu", integer("ConvInteger", "input", "w1", "b1", (1, 8, 1, 1), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]))
    y = g.node("Relu", integer("ConvInteger", y, "w3", "b3", (1, 12, 1, 1), kernel_shape=[1, 1]))
    y = g.node("ReduceMean", y, axes=[2, 3], keepdims=0)
    y = integer("MatMulInteger", y, "w4", "b4", (6,))
    g.node("Softmax", y, out="output", axis=1)
    g.output("output", F32, ["N", 6])
    save_fixture("quant_dynamic_op11", g.model(), n.sets, ["DynamicQuantizeLinear", "ConvInteger uint8 weights", "MatMulInteger int8 weights"])


@fixture
def quant_int4():
    """Opset 21: int4 weights in blocks through DequantizeLinear block_size, and int16 activations."""
    w = Weights(104)
    g = Graph(21, 104, ir=10, producer="onnx.quantize")
    g.w = w
    g.input("input", F32, ["N", 32])
    weight = w.he(32, 16, fan_in=32)
    block = 16
    blocks = weight.reshape(2, block, 16)
    scale = (np.abs(blocks).max(1) / 7).astype(np.float32)
    q = np.clip(np.round(blocks / scale[:, None]), -8, 7).astype(np.int8).reshape(32, 16)
    nibbles = (q.reshape(-1) & 0xF).astype(np.uint8)
    t = TensorProto(name="weight_int4", data_type=22, dims=[32, 16], raw_data=(nibbles[0::2] | nibbles[1::2] << 4).tobytes())
    g.inits.append(t)
    y = g.node("DequantizeLinear", ["weight_int4", g.init("weight_scale", scale)], axis=0, block_size=block)
    y = g.node("Add", [g.node("MatMul", ["input", y]), g.init("bias", w.bias(16))])
    s, z = g.init("act_scale", np.float32(0.0005)), g.init("act_zero", np.int16(0))
    y = g.node("DequantizeLinear", [g.node("QuantizeLinear", [y, s, z]), s, z])
    g.node("Relu", y, out="output")
    g.output("output", F32, ["N", 16])
    save_fixture("quant_int4_op21", g.model(), [{"input": w.normal(1, 32)}, {"input": w.normal(4, 32)}], ["int4 block-wise weights", "int16 activations QDQ"])


if __name__ == "__main__":
    import sys
    from common import run_registered
    run_registered(sys.argv[1:])
