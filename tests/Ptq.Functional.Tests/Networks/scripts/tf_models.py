"""Networks laid out as tf2onnx exports them from Keras and TensorFlow 1 graphs."""
import numpy as np

from common import BOOL, F32, I32, I64, fixture, save_fixture
from tf_builder import TO_NCHW, TO_NHWC, Tf, same_pads


@fixture
def tf_mobilenet_v2():
    """Inverted residuals with Relu6; explicit asymmetric pads or auto_pad; batch norm folded."""
    for opset, relu, through_reshape, known in ((9, "clip", True, True), (11, "clip", False, False),
                                                (13, "min", False, True), (18, "clip", False, True)):
        g = Tf(opset, 41)
        hw = 32
        shape = ["unk__614", hw, hw, 3] if known else ["unk__614", "unk__615", "unk__616", 3]
        x = g.input("input_1" if opset < 13 else "input_1:0", F32, shape)
        def size(s):
            return (s, s) if known else None
        y = g.nchw(x, "Conv1/Conv2D")
        # keras pads ((0,1),(0,1)) and convolves VALID
        y = g.pad(y, [0, 0, 0, 0, 0, 0, 1, 1], "Conv1_pad/Pad")
        y = g.relu6(g.conv(y, "bn_Conv1", 3, 8, 3, s=2, padding="VALID"), "Conv1_relu", relu)
        y = g.relu6(g.conv(y, "expanded_conv_depthwise", 8, 8, 3, size=size(16), depthwise=True, through_reshape=through_reshape), "expanded_conv_depthwise_relu", relu)
        y = g.conv(y, "expanded_conv_project_BN", 8, 8, 1, size=size(16))
        s = 16
        for i, (cin, cout, stride) in enumerate(((8, 12, 2), (12, 12, 1), (12, 16, 2))):
            r = y
            n = f"block_{i + 1}"
            y = g.relu6(g.conv(y, f"{n}_expand_BN", cin, cin * 3, 1, size=size(s)), f"{n}_expand_relu", relu)
            y = g.conv(y, f"{n}_depthwise", cin * 3, cin * 3, 3, s=stride, size=size(s), depthwise=True, bias=False, through_reshape=through_reshape)
            y = g.relu6(g.bn(y, f"{n}_depthwise_BN", cin * 3), f"{n}_depthwise_relu", relu)
            s = -(-s // stride)
            y = g.conv(y, f"{n}_project_BN", cin * 3, cout, 1, size=size(s))
            if stride == 1 and cin == cout:
                y = g.op("Add", [r, y], scoped=f"{n}_add/add")
        y = g.relu6(g.conv(y, "Conv_1_bn", 16, 32, 1, size=size(s)), "out_relu", relu)
        if opset == 11:
            y = g.op("GlobalAveragePool", y, scoped="global_average_pooling2d/Mean")
            y = g.squeeze(y, [2, 3])
        else:
            y = g.reduce_mean(y, [2, 3], 0, "global_average_pooling2d/Mean")
        y = g.softmax(g.dense(y, "predictions", 32, 10), "predictions")
        g.result(y, F32, ["unk__617", 10], name="predictions" if opset < 13 else "Identity:0")
        sets = [{x: g.w.image_nhwc(1, hw, hw, 3)},
                {x: g.w.image_nhwc(3, hw, hw, 3) if known else g.w.image_nhwc(2, 41, 50, 3)}]
        save_fixture(f"tf_mobilenetv2_op{opset}", g.model(), sets,
                     ["NHWC input with Transpose", "Relu6 as " + ("Relu+Min" if relu == "min" else "Clip"),
                      "Pad before VALID conv (pads attribute)" if opset < 11 else "Pad with 2 inputs before VALID conv",
                      "explicit asymmetric pads" if known else "auto_pad SAME_UPPER with dynamic H/W", "depthwise", "BN folded and unfolded",
                      "depthwise kernel through Reshape node" if through_reshape else "kernel initializer",
                      "GlobalAveragePool+Squeeze" if opset == 11 else "ReduceMean keepdims 0", "MatMul+Add dense"]
                     + (["ReduceMean axes as input"] if opset >= 18 else []))


@fixture
def tf_mobilenet_v3():
    """Hard-swish and squeeze-excite of Keras' MobileNetV3."""
    for opset in (9, 13, 17):
        g = Tf(opset, 42, scope="StatefulPartitionedCall/MobilenetV3small" if opset > 9 else "MobilenetV3")
        x = g.input("input_1", F32, ["unk__1", 32, 32, 3])
        y = g.op("Mul", [x, g.scalar("scale", 1 / 2.0)], scoped="rescaling/mul")
        y = g.op("Add", [y, g.scalar("offset", -0.1)], scoped="rescaling/add")
        y = g.nchw(y, "Conv/Conv2D")
        y = g.hard_swish(g.conv(y, "Conv/BatchNorm", 3, 8, 3, s=2, size=(32, 32)), "activation")
        y = g.pad(y, [0, 0, 0, 0, 0, 0, 1, 1], "expanded_conv/depthwise/pad/Pad")
        y = g.conv(y, "expanded_conv/depthwise", 8, 8, 3, s=2, padding="VALID", depthwise=True, bias=False)
        y = g.relu(g.bn(y, "expanded_conv/depthwise/BatchNorm", 8), "re_lu")

        def se(v, n, c, old):
            if old:                       # GlobalAveragePooling2D without keepdims, then Reshape((1,1,c))
                p = g.reduce_mean(v, [2, 3], 0, f"{n}/AvgPool/Mean")
                s = g.shape32(p, f"{n}/Reshape")
                p = g.reshape_dynamic(p, [g.strided_dim(s, 0, f"{n}/Reshape/strided_slice"), 1, 1, c], f"{n}/Reshape")
                p = g.nchw(p, f"{n}/Conv/Conv2D")
            else:
                p = g.reduce_mean(v, [2, 3], 1, f"{n}/AvgPool/Mean")
            p = g.relu(g.conv(p, f"{n}/Conv", c, 4, 1, size=(1, 1)), f"{n}/Relu")
            p = g.hard_sigmoid(g.conv(p, f"{n}/Conv_1", 4, c, 1, size=(1, 1)), f"{n}/hard")
            return g.op("Mul", [v, p], scoped=f"{n}/Mul/mul")
        y = se(y, "expanded_conv/squeeze_excite", 8, old=opset < 13)
        y = g.conv(y, "expanded_conv/project/BatchNorm", 8, 8, 1, size=(8, 8))
        r = y
        y = g.hard_swish(g.conv(y, "expanded_conv_1/expand/BatchNorm", 8, 24, 1, size=(8, 8)), "activation_1")
        y = g.hard_swish(g.conv(y, "expanded_conv_1/depthwise", 24, 24, 5, size=(8, 8), depthwise=True), "activation_2")
        y = se(y, "expanded_conv_1/squeeze_excite", 24, old=opset < 13)
        y = g.conv(y, "expanded_conv_1/project/BatchNorm", 24, 8, 1, size=(8, 8))
        y = g.op("Add", [r, y], scoped="expanded_conv_1/Add/add")
        y = g.hard_swish(g.conv(y, "Conv_1/BatchNorm", 8, 32, 1, size=(8, 8)), "activation_3")
        y = g.op("GlobalAveragePool", y, scoped="global_average_pooling2d/Mean")
        y = g.hard_swish(g.conv(y, "Conv_2", 32, 32, 1, size=(1, 1)), "activation_4")
        y = g.conv(y, "Logits", 32, 10, 1, size=(1, 1))
        y = g.nhwc(y, "Logits/BiasAdd")
        s = g.shape32(y, "flatten")
        y = g.reshape_dynamic(y, [g.strided_dim(s, 0, "flatten/strided_slice"), -1], "flatten/Reshape")
        y = g.softmax(y, "Predictions")
        g.result(y, F32, ["unk__2", 10])
        save_fixture(f"tf_mobilenetv3_op{opset}", g.model(),
                     [{x: g.w.image_nhwc(1, 32, 32, 3)}, {x: g.w.image_nhwc(3, 32, 32, 3)}],
                     ["hard-swish as Add/Clip/Mul/Mul", "squeeze-excite", "depthwise 5x5", "rescaling Mul/Add",
                      "Reshape with Shape/Cast/Slice/Squeeze/Unsqueeze/Concat/Cast", "NHWC flatten",
                      "Slice on float-cast shape" if opset < 11 else "Slice inputs"])


@fixture
def tf_resnet():
    """CIFAR-style ResNet: option-A shortcuts (strided slice or pool and channel padding), explicit pads."""
    for opset in (9, 11, 15):
        g = Tf(opset, 43, scope="resnet/model" if opset == 9 else "StatefulPartitionedCall/resnet")
        x = g.input("x:0", F32, [None if opset == 9 else "unk__9", 32, 32, 3])
        y = g.nchw(x, "conv0/Conv2D")
        y = g.relu(g.bn(g.conv(y, "conv0", 3, 8, 3, size=(32, 32), bias=False), "bn0", 8), "relu0")
        def block(v, n, cin, cout, stride, size):
            o = g.relu(g.bn(g.conv(v, f"{n}/conv1", cin, cout, 3, s=stride, size=(size, size), bias=False), f"{n}/bn1", cout), f"{n}/relu1")
            o = g.bn(g.conv(o, f"{n}/conv2", cout, cout, 3, size=(size // stride,) * 2, bias=False), f"{n}/bn2", cout)
            if stride == 2:
                v = g.op("AveragePool", v, scoped=f"{n}/AvgPool", kernel_shape=[2, 2], strides=[2, 2])
                extra = (cout - cin) // 2
                if opset == 11:                # padding by concatenation with zeros made at run time
                    zero = g.op("Mul", [v, g.scalar("zeros_like", 0.0)], scoped=f"{n}/zeros_like")
                    v = g.op("Concat", [v, zero], scoped=f"{n}/concat", axis=1)
                else:
                    v = g.pad(v, [0, extra, 0, 0, 0, extra, 0, 0], f"{n}/Pad", mode="constant" if opset == 9 else None, value=0.0 if opset == 15 else None)
            return g.relu(g.op("Add", [o, v], scoped=f"{n}/add"), f"{n}/relu2")
        y = block(y, "b1", 8, 8, 1, 32)
        y = block(y, "b2", 8, 16, 2, 32)
        y = block(y, "b3", 16, 32, 2, 16)
        y = g.op("MaxPool", y, scoped="pool/MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
        y = g.nhwc(y, "pool/MaxPool")
        y = g.reduce_mean(y, [1, 2], 0, "avg_pool/Mean")
        y = g.dense(y, "fc", 32, 10)
        g.result(y, F32, [None if opset == 9 else "unk__10", 10], name="logits:0")
        save_fixture(f"tf_resnet_op{opset}", g.model(initializers_as_inputs=opset == 9),
                     [{x: g.w.image_nhwc(1, 32, 32, 3)}, {x: g.w.image_nhwc(2, 32, 32, 3)}],
                     ["BN unfused", "shortcut channel padding by " + ("Concat with zeros" if opset == 11 else "Pad"),
                      "MaxPool asymmetric pads", "ReduceMean on NHWC", "AveragePool"] +
                     (["initializers also inputs", "input dimension without value"] if opset == 9 else []))


@fixture
def tf_unet():
    """Encoder/decoder with Conv2DTranspose: static pads, output_shape with dynamic H/W, auto_pad."""
    for kind, opset in (("pads", 11), ("auto_pad", 13), ("output_shape", 9), ("sliced", 13)):
        g = Tf(opset, 44, scope="StatefulPartitionedCall/u_net")
        static = kind in ("pads", "output_shape")
        shape = ["unk__20", 32, 32, 3] if static else ["unk__20", "unk__21", "unk__22", 3]
        x = g.input("input_1", F32, shape)
        y = g.nchw(x, "down1/Conv2D")
        def size(s):
            return (s, s) if static else None
        d1 = g.relu(g.conv(y, "down1", 3, 8, 3, size=size(32)), "down1")
        d2 = g.op("MaxPool", d1, scoped="pool1/MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        d2 = g.relu(g.conv(d2, "down2", 8, 12, 3, size=size(16)), "down2")
        d3 = g.op("MaxPool", d2, scoped="pool2/MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        d3 = g.relu(g.conv(d3, "down3", 12, 16, 3, size=size(8), d=1 if static is False else 2), "down3")

        def up(v, name, cin, cout, out, like):
            w = g.init(f"{g.scope}/{name}/conv2d_transpose/ReadVariableOp:0", g.w.he(cin, cout, 3, 3, fan_in=cin * 9 // 4))
            attrs = dict(strides=[2, 2], kernel_shape=[3, 3], dilations=[1, 1], group=1)
            if kind == "pads":                         # total padding 3 + 2(n-1) - 2n = 1
                attrs.update(pads=[0, 0, 1, 1], auto_pad="NOTSET")
            elif kind == "output_shape":
                attrs.update(output_shape=[out, out])
            elif kind == "auto_pad":
                attrs.update(auto_pad="SAME_UPPER", output_padding=[0, 0])
            t = g.op("ConvTranspose", [v, w], scoped=f"{name}/conv2d_transpose", **attrs)
            if kind == "sliced":
                # non-constant output shape: NHWC sizes from tf.shape, then a run-time Slice
                s = g.shape32(g.nhwc(like), name)
                hw = [g.strided_dim(s, i, f"{name}/strided_slice_{i}") for i in (1, 2)]
                want = g.op("Cast", g.pack([g.strided_dim(s, 0, f"{name}/strided_slice"), hw[0], hw[1], cout], f"{name}/stack"), to=I64)
                t = g.nhwc(t, f"{name}/conv2d_transpose")
                have = g.op("Shape", t)
                starts, ends = [], []
                zero, two = g.shape_const([0], "const_zero"), g.shape_const([2], "const_two")
                diffs = []
                for i in (1, 2):
                    o = g.slice(have, [i], [i + 1], [0])
                    e = g.slice(want, [i], [i + 1], [0])
                    diff = g.op("Sub", [o, e])
                    start = g.op("Div", [g.op("Max", [diff, zero]), two])
                    starts.append(start)
                    ends.append(g.op("Add", [start, e]))
                    diffs.append(diff)
                t = g.op("Slice", [t, g.op("Concat", starts, axis=0), g.op("Concat", ends, axis=0), g.shape_const([1, 2], "const_slice_axes")])
                shrink = [g.op("Max", [g.op("Neg", d), zero]) for d in diffs]
                pads = g.op("Concat", [zero] * 5 + shrink + [zero], axis=0)
                t = g.op("Pad", [t, pads])
                t = g.op("Add", [t, g.variable(f"{name}/BiasAdd", g.w.bias(cout))], scoped=f"{name}/BiasAdd")
                return g.nchw(g.op("Relu", t, scoped=f"{name}/Relu"), f"{name}/concat")
            b = g.const("const_fold_opt", g.w.bias(cout).reshape(1, cout, 1, 1))
            return g.relu(g.op("Add", [t, b], scoped=f"{name}/BiasAdd"), name)
        u2 = up(d3, "up2", 16, 12, 16, d2)
        u2 = g.op("Concat", [u2, d2], scoped="concatenate/concat", axis=1)
        u2 = g.relu(g.conv(u2, "merge2", 24, 12, 3, size=size(16)), "merge2")
        u1 = up(u2, "up1", 12, 8, 32, d1)
        u1 = g.op("Concat", [d1, u1], scoped="concatenate_1/concat", axis=1)
        u1 = g.relu(g.conv(u1, "merge1", 16, 8, 3, size=size(32)), "merge1")
        y = g.conv(u1, "logits", 8, 2, 1, size=size(32))
        y = g.nhwc(y, "logits/BiasAdd")
        y = g.op("Softmax", y, scoped="activation/Softmax", axis=3 if opset < 13 else -1)
        g.result(y, F32, shape[:3] + [2])
        second = g.w.image_nhwc(2, 32, 32, 3) if static else g.w.image_nhwc(2, 24, 40, 3)
        save_fixture(f"tf_unet_{kind}_op{opset}", g.model(), [{x: g.w.image_nhwc(1, 32, 32, 3)}, {x: second}],
                     [f"ConvTranspose with {kind}", "skip Concat", "MaxPool", "softmax over the last NHWC axis",
                      "bias as 4-D Add"] + (["dynamic H/W", "Slice with run-time starts/ends", "Pad with run-time pads"] if kind == "sliced" else []))


@fixture
def tf_resize():
    """Feature pyramid with every resize kind of tf2onnx."""
    for opset in (9, 10, 11, 13):
        g = Tf(opset, 45, scope="fpn")
        dynamic = opset >= 10
        x = g.input("image:0", F32, ["unk__3", "unk__4", "unk__5", 3] if dynamic else ["unk__3", 32, 32, 3])
        y = g.nchw(x, "stem/Conv2D")
        a = g.relu(g.conv(y, "stem", 3, 8, 3, s=2), "stem")
        b = g.relu(g.conv(a, "stage", 8, 8, 3, s=2), "stage")

        def to_size_of(v, like, name, mode, scale=2.0, **kw):
            if opset == 9 and not dynamic:
                return g.op("Upsample", [v, g.const("scales", np.asarray([1, 1, scale, scale], np.float32), raw=False)], mode=mode)
            s = g.shape32(g.nhwc(like), name)
            if opset >= 11:
                hw = g.slice(s, [1], [3], [0], scoped=f"{name}/strided_slice")
                return g.resize(v, hw, mode, name, **kw)
            target = g.op("Cast", g.slice(s, [1], [3], [0], scoped=f"{name}/strided_slice"), to=F32)
            own = g.op("Cast", g.slice(g.op("Shape", g.nhwc(v)), [1], [3], [0]), to=F32)
            scales = g.op("Concat", [g.const("one", np.ones(2, np.float32)), g.op("Div", [target, own])], axis=0)
            return g.op("Resize", [v, scales], mode=mode)
        n = to_size_of(b, a, "resize/ResizeNearestNeighbor", "nearest", half_pixel=opset == 13)
        y = g.op("Add", [n, a], scoped="add")
        y = g.relu(g.conv(y, "smooth", 8, 8, 3), "smooth")
        y = to_size_of(y, g.nchw(x, "image"), "resize_1/ResizeBilinear", "linear", half_pixel=opset == 13, align_corners=False)
        if opset == 11:
            z = to_size_of(g.conv(b, "aux", 8, 8, 1), g.nchw(x, "image_1"), "resize_2/ResizeBilinear", "linear", align_corners=True)
            y = g.op("Add", [y, z], scoped="add_1")
        if opset == 13:
            z = to_size_of(g.conv(b, "aux", 8, 8, 1), g.nchw(x, "image_1"), "resize_2/ResizeBicubic", "cubic", half_pixel=True)
            y = g.op("Add", [y, z], scoped="add_1")
        y = g.nhwc(g.conv(y, "head", 8, 4, 3), "head/BiasAdd")
        g.result(y, F32, ["unk__3", "unk__4", "unk__5", 4] if dynamic else ["unk__3", 32, 32, 4], name="pyramid:0")
        second = g.w.image_nhwc(2, 40, 48, 3) if dynamic else g.w.image_nhwc(2, 32, 32, 3)
        save_fixture(f"tf_fpn_resize_op{opset}", g.model(), [{x: g.w.image_nhwc(1, 32, 32, 3)}, {x: second}],
                     {9: ["Upsample scales initializer in float_data (nearest, linear)"],
                      10: ["Resize-10 with scales from Div of Cast shapes", "dynamic H/W"],
                      11: ["Resize nearest asymmetric floor", "linear asymmetric", "linear align_corners", "empty roi and scales", "dynamic H/W"],
                      13: ["Resize nearest half_pixel round_prefer_ceil", "linear half_pixel", "cubic half_pixel exclude_outside a=-0.5", "dynamic H/W"]}[opset]
                     + ["auto_pad SAME_UPPER", "Slice without axes input" if opset > 10 else "Slice"])


def attention(g, x, n, c, heads, seq_parts, mask=None, rank=3):
    """Self-attention on [N, L, C] written with MatMul, Reshape and Transpose."""
    d = c // heads
    q, k, v = (g.dense(x, f"{n}/{p}", c, c) for p in ("query", "key", "value"))
    def split(t, p):
        t = g.reshape_dynamic(t, seq_parts + [heads, d], f"{n}/{p}/Reshape")
        return g.op("Transpose", t, scoped=f"{n}/{p}/transpose", perm=[0, 2, 1, 3])
    q, v = split(q, "q"), split(v, "v")
    k = g.reshape_dynamic(k, seq_parts + [heads, d], f"{n}/k/Reshape")
    k = g.op("Transpose", k, scoped=f"{n}/k/transpose", perm=[0, 2, 3, 1])     # merged transposes
    s = g.op("MatMul", [q, k], scoped=f"{n}/MatMul")
    s = g.op("Mul", [s, g.scalar(f"{g.scope}/{n}/Mul/y", d ** -0.5)], scoped=f"{n}/Mul")
    if mask is not None:
        s = mask(s)
    s = g.softmax(s, n, rank=4)
    o = g.op("Transpose", g.op("MatMul", [s, v], scoped=f"{n}/MatMul_1"), scoped=f"{n}/transpose_3", perm=[0, 2, 1, 3])
    o = g.reshape_dynamic(o, seq_parts + [c], f"{n}/Reshape_1")
    return g.dense(o, f"{n}/attention_output", c, c)


@fixture
def tf_bert():
    for opset, ids_type in ((11, I32), (13, I64), (15, I32)):
        g = Tf(opset, 46, scope="StatefulPartitionedCall/tf_bert_model/bert")
        dtype = np.int32 if ids_type == I32 else np.int64
        ids = g.input("input_ids", ids_type, ["unk__30", "unk__31"])
        mask = g.input("attention_mask", ids_type, ["unk__30", "unk__31"])
        c, heads = 16, 2
        s = g.shape32(ids, "embeddings")
        n, length = g.strided_dim(s, 0, "embeddings/strided_slice"), g.strided_dim(s, 1, "embeddings/strided_slice_1")
        word = g.op("Gather", [g.variable("embeddings/Gather", g.w.normal(40, c, scale=0.5)), ids], scoped="embeddings/Gather", axis=0)
        zero, one = g.scalar("zero", 0, np.int32), g.scalar("one", 1, np.int32)
        positions = g.op("Range", [zero, length, one], scoped="embeddings/range")
        positions = g.unsqueeze(positions, [0], scoped="embeddings/ExpandDims")
        pos = g.op("Gather", [g.variable("embeddings/Gather_1", g.w.normal(24, c, scale=0.3)), positions], scoped="embeddings/Gather_1", axis=0)
        y = g.op("Add", [word, pos], scoped="embeddings/add")
        y = g.layer_norm(y, "embeddings/LayerNorm", c, eps=1e-12)
        m = g.unsqueeze(mask, [1, 2], scoped="strided_slice")
        if opset == 15:
            # boolean mask and Where
            keep = g.op("Equal", [m, g.scalar("mask_one", 1, dtype)], scoped="Equal")
            low = g.scalar("neg", -1e9)
            def apply(scores):
                return g.op("Where", [keep, scores, low], scoped=None)
        else:
            m = g.op("Cast", m, scoped="Cast", to=F32)
            m = g.op("Sub", [g.scalar("one_f", 1.0), m], scoped="Sub")
            m = g.op("Mul", [m, g.scalar("neg", -10000.0)], scoped="Mul")
            def apply(scores):
                return g.op("Add", [scores, m], scoped=None)
        for i in range(2):
            b = f"encoder/layer_._{i}"
            a = attention(g, y, f"{b}/attention", c, heads, [n, length], mask=apply)
            y = g.layer_norm(g.op("Add", [a, y], scoped=f"{b}/attention/add"), f"{b}/attention/LayerNorm", c, eps=1e-12)
            f = g.gelu(g.dense(y, f"{b}/intermediate", c, 32), b, tanh=opset == 13)
            f = g.dense(f, f"{b}/output", 32, c)
            y = g.layer_norm(g.op("Add", [f, y], scoped=f"{b}/output/add"), f"{b}/output/LayerNorm", c, eps=1e-12)
        first = g.squeeze(g.slice(y, [0], [1], [1], scoped="pooler/strided_slice"), [1])
        pooled = g.op("Tanh", g.dense(first, "pooler", c, c), scoped="pooler/Tanh")
        g.result(y, F32, ["unk__30", "unk__31", c], name="Identity:0")
        g.result(pooled, F32, ["unk__30", c], name="Identity_1:0")
        i1, i2 = g.w.ints(1, 7, low=1, high=40, dtype=dtype), g.w.ints(3, 11, low=1, high=40, dtype=dtype)
        m2 = np.ones((3, 11), dtype)
        m2[1, 6:] = 0
        save_fixture(f"tf_bert_op{opset}", g.model(),
                     [{"input_ids": i1, "attention_mask": np.ones((1, 7), dtype)}, {"input_ids": i2, "attention_mask": m2}],
                     ["int32 token ids" if dtype == np.int32 else "int64 token ids", "Gather with int32 indices" if dtype == np.int32 else "Gather",
                      "Range positions", "Where/Equal mask" if opset == 15 else "additive mask", "LayerNorm as moments + batchnorm form (Reciprocal)",
                      "GELU " + ("tanh" if opset == 13 else "erf"), "two inputs", "two outputs", "dynamic batch/length"])


@fixture
def tf_vit():
    """Vision transformer: patches by strided convolution, class token by tile, NHWC reshape."""
    for opset in (13, 17):
        g = Tf(opset, 47, scope="StatefulPartitionedCall/vit")
        x = g.input("images:0", F32, ["unk__50", 32, 32, 3])
        c = 16
        y = g.conv(g.nchw(x, "patch/Conv2D"), "patch", 3, c, 8, s=8, padding="VALID")
        y = g.nhwc(y, "patch/BiasAdd")
        s = g.shape32(y, "patches")
        n = g.strided_dim(s, 0, "patches/strided_slice")
        y = g.reshape_dynamic(y, [n, 16, c], "patches/Reshape")
        token = g.variable("class_token", g.w.normal(1, 1, c, scale=0.5))
        shape = g.op("Cast", g.pack([n, 1, c], "BroadcastTo/shape"), to=I64)
        token = g.op("Expand", [token, shape], scoped="BroadcastTo")
        y = g.op("Concat", [token, y], scoped="concat", axis=1)
        y = g.op("Add", [y, g.variable("position", g.w.normal(1, 17, c, scale=0.3))], scoped="add")
        for i in range(2):
            b = f"block_{i}"
            a = attention(g, g.layer_norm(y, f"{b}/ln1", c), f"{b}/mha", c, 4, [n, 17])
            y = g.op("Add", [a, y], scoped=f"{b}/add")
            f = g.dense(g.gelu(g.dense(g.layer_norm(y, f"{b}/ln2", c), f"{b}/fc1", c, 32), b), f"{b}/fc2", 32, c)
            y = g.op("Add", [f, y], scoped=f"{b}/add_1")
        y = g.layer_norm(y, "ln", c)
        y = g.squeeze(g.slice(y, [0], [1], [1], scoped="strided_slice"), [1])
        y = g.dense(y, "head", c, 10)
        y = g.op("LogSoftmax", y, scoped="LogSoftmax", axis=-1)
        g.result(y, F32, ["unk__50", 10])
        save_fixture(f"tf_vit_op{opset}", g.model(), [{x: g.w.image_nhwc(1, 32, 32, 3)}, {x: g.w.image_nhwc(3, 32, 32, 3)}],
                     ["patch conv 8x8 stride 8", "class token by Expand", "attention", "LayerNorm as moments + batchnorm form", "GELU erf", "LogSoftmax"])


@fixture
def tf_raw_transposes():
    """An export without the transpose optimizer: each NHWC operator has its own pair of Transposes."""
    g = Tf(9, 48, scope="model")
    x = g.input("input:0", F32, ["N", 24, 24, 3])
    y = x
    for i, (cin, cout, s) in enumerate(((3, 8, 2), (8, 12, 1), (12, 16, 2))):
        n = f"conv_{i}"
        t = g.nchw(y, f"{n}/Conv2D")
        # the kernel too is transposed at run time (HWIO constant)
        w = g.init(f"{n}/kernel:0", np.ascontiguousarray(g.w.he(cout, cin, 3, 3).transpose(2, 3, 1, 0)))
        w = g.op("Transpose", w, perm=[3, 2, 0, 1])
        t = g.op("Conv", [t, w], scoped=f"{n}/Conv2D", strides=[s, s], kernel_shape=[3, 3], auto_pad="SAME_UPPER", dilations=[1, 1])
        y = g.nhwc(t, f"{n}/Conv2D")
        y = g.op("Add", [y, g.init(f"{n}/bias:0", g.w.bias(cout))], scoped=f"{n}/BiasAdd")
        y = g.op("LeakyRelu", y, scoped=f"{n}/LeakyRelu", alpha=0.2) if i < 2 else g.op("Elu", y, scoped=f"{n}/Elu")
        if i == 0:
            t = g.op("MaxPool", g.nchw(y, "pool"), scoped="pool/MaxPool", kernel_shape=[3, 3], strides=[1, 1], auto_pad="SAME_UPPER")
            y = g.nhwc(t, "pool/MaxPool")
    # dense on the flattened NHWC feature map
    y = g.reshape(y, [-1, 6 * 6 * 16], "flatten/Reshape")
    y = g.dense(y, "dense", 576, 16)
    y = g.op("Tanh", y, scoped="dense/Tanh")
    # dense with transposed weights, as Gemm
    w = g.init("dense_1/kernel:0", g.w.he(5, 16))
    y = g.op("Gemm", [y, w, g.init("dense_1/bias:0", g.w.bias(5))], scoped="dense_1/MatMul", transB=1)
    y = g.op("Sigmoid", y, scoped="dense_1/Sigmoid")
    g.result(y, F32, ["N", 5], name="output:0")
    save_fixture("tf_raw_transposes_op9", g.model(), [{x: g.w.image_nhwc(1, 24, 24, 3)}, {x: g.w.image_nhwc(2, 24, 24, 3)}],
                 ["Transposes around each conv", "kernel through Transpose node", "bias Add on NHWC", "LeakyRelu", "Elu", "Gemm transB",
                  "auto_pad on MaxPool", "NHWC flatten with fixed Reshape"])


@fixture
def tf_efficientnet():
    for opset in (11, 18):
        g = Tf(opset, 49, scope="StatefulPartitionedCall/efficientnet-lite" if opset == 11 else "efficientnetb0")
        x = g.input("input_1:0", F32, ["unk__7", 32, 32, 3])
        # normalisation: (x - mean) / std on NHWC, constants of three elements
        y = g.op("Sub", [x, g.const("mean", np.asarray([[[[0.1, 0.2, 0.05]]]], np.float32))], scoped="normalization/sub")
        y = g.op("Div", [y, g.const("std", np.asarray([[[[1.1, 0.9, 1.2]]]], np.float32))], scoped="normalization/truediv")
        y = g.nchw(y, "stem_conv/Conv2D")
        y = g.pad(y, [0, 0, 0, 0, 0, 0, 1, 1], "stem_conv_pad/Pad")
        y = g.swish(g.conv(y, "stem_bn", 3, 8, 3, s=2, padding="VALID"), "stem_activation")
        size = 16
        for i, (cin, cout, k, s, e) in enumerate(((8, 8, 3, 1, 1), (8, 12, 5, 2, 3), (12, 12, 5, 1, 3))):
            n = f"block{i + 1}a"
            r, mid = y, cin * e
            if e > 1:
                y = g.swish(g.conv(y, f"{n}_expand_bn", cin, mid, 1, size=(size, size)), f"{n}_expand_activation")
            y = g.swish(g.conv(y, f"{n}_bn", mid, mid, k, s=s, size=(size, size), depthwise=True), f"{n}_activation")
            size //= s
            p = g.reduce_mean(y, [2, 3], 1, f"{n}_se_squeeze/Mean")
            p = g.swish(g.conv(p, f"{n}_se_reduce", mid, 4, 1, size=(1, 1)), f"{n}_se_reduce")
            p = g.op("Sigmoid", g.conv(p, f"{n}_se_expand", 4, mid, 1, size=(1, 1)), scoped=f"{n}_se_expand/Sigmoid")
            y = g.op("Mul", [y, p], scoped=f"{n}_se_excite/mul")
            y = g.conv(y, f"{n}_project_bn", mid, cout, 1, size=(size, size))
            if s == 1 and cin == cout:
                y = g.op("Add", [y, r], scoped=f"{n}_add/add")
        y = g.swish(g.conv(y, "top_bn", 12, 32, 1, size=(size, size)), "top_activation")
        y = g.reduce_mean(y, [2, 3], 0, "avg_pool/Mean")
        y = g.softmax(g.dense(y, "predictions", 32, 10), "predictions")
        g.result(y, F32, ["unk__8", 10])
        save_fixture(f"tf_efficientnet_op{opset}", g.model(), [{x: g.w.image_nhwc(1, 32, 32, 3)}, {x: g.w.image_nhwc(2, 32, 32, 3)}],
                     ["normalisation Sub/Div on NHWC", "swish", "squeeze-excite by ReduceMean keepdims 1", "depthwise 5x5 stride 2 asymmetric pads"]
                     + (["ReduceMean axes as input"] if opset >= 18 else []))


@fixture
def tf_ssd_head():
    """SSD-like: two feature maps, anchors decoded, NHWC reshapes with run-time batch, Split, Exp."""
    g = Tf(12, 50, scope="StatefulPartitionedCall/ssd")
    x = g.input("input_tensor:0", I32, ["unk__1", 32, 32, 3])
    y = g.op("Cast", x, scoped="Cast", to=F32)
    y = g.op("Mul", [y, g.scalar("mul_y", 2 / 255.0)], scoped="mul")
    y = g.op("Sub", [y, g.scalar("sub_y", 1.0)], scoped="sub")
    y = g.nchw(y, "c1")
    f1 = g.relu6(g.conv(y, "c1", 3, 8, 3, s=2, size=(32, 32)), "c1")
    f1 = g.relu6(g.conv(f1, "c2", 8, 16, 3, s=4, size=(16, 16)), "c2")
    f2 = g.relu6(g.conv(f1, "c3", 16, 16, 3, s=2, size=(4, 4)), "c3")
    shape = g.shape32(x, "post")
    n = g.strided_dim(shape, 0, "post/strided_slice")
    boxes, scores = [], []
    for i, f in enumerate((f1, f2)):
        b = g.nhwc(g.conv(f, f"box{i}", 16, 3 * 4, 3, size=(4, 4) if i == 0 else (2, 2)))
        s = g.nhwc(g.conv(f, f"cls{i}", 16, 3 * 5, 3, size=(4, 4) if i == 0 else (2, 2)))
        boxes.append(g.reshape_dynamic(b, [n, -1, 1, 4], f"box{i}/Reshape"))
        scores.append(g.reshape_dynamic(s, [n, -1, 5], f"cls{i}/Reshape"))
    boxes = g.squeeze(g.op("Concat", boxes, scoped="concat", axis=1), [2], scoped="Squeeze")
    scores = g.op("Concat", scores, scoped="concat_1", axis=1)
    scores = g.op("Sigmoid", scores, scoped="Sigmoid")
    scores = g.slice(scores, [0, 0, 1], [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1], [0, 1, 2], scoped="Slice")   # drop background
    anchors = g.w.uniform(1, 60, 4, low=0.1, high=0.9)
    parts = g.op("Split", boxes, scoped="split", n=4, axis=2, split=[1, 1, 1, 1])
    ya, xa, ha, wa = (g.const(f"anchor_{k}", anchors[:, :, k:k + 1]) for k in range(4))
    yc = g.op("Add", [g.op("Mul", [parts[0], ha]), ya])
    xc = g.op("Add", [g.op("Mul", [parts[1], wa]), xa])
    h = g.op("Mul", [g.op("Exp", parts[2], scoped="Exp"), ha])
    w = g.op("Mul", [g.op("Exp", parts[3], scoped="Exp_1"), wa])
    half = g.scalar("half", 0.5)
    hh, hw = g.op("Mul", [h, half]), g.op("Mul", [w, half])
    corners = [g.op("Sub", [yc, hh]), g.op("Sub", [xc, hw]), g.op("Add", [yc, hh]), g.op("Add", [xc, hw])]
    corners = g.op("Concat", corners, scoped="stack", axis=-1)
    corners = g.op("Min", [g.op("Max", [corners, g.scalar("lo", 0.0)], scoped="Maximum"), g.scalar("hi", 1.0)], scoped="Minimum")
    best = g.op("ReduceMax", scores, scoped="Max", axes=[2], keepdims=0)
    label = g.op("ArgMax", scores, axis=2, keepdims=0)
    label = g.op("Cast", label, scoped="ArgMax", to=I32)
    top, index = g.op("TopK", [best, g.shape_const([10], "k")], scoped="TopKV2", n=2, axis=-1)
    g.result(corners, F32, ["unk__2", 60, 4], name="raw_detection_boxes:0")
    g.result(scores, F32, ["unk__2", 60, 4], name="raw_detection_scores:0")
    g.result(label, I32, ["unk__2", 60], name="detection_classes:0")
    g.result(top, F32, ["unk__2", 10], name="detection_scores:0")
    rng = g.w.rng
    save_fixture("tf_ssd_op12", g.model(), [{x: rng.randint(0, 256, (1, 32, 32, 3)).astype(np.int32)},
                                            {x: rng.randint(0, 256, (2, 32, 32, 3)).astype(np.int32)}],
                 ["int32 image input and Cast", "four outputs", "anchor decoding (Split/Exp/Mul/Add)", "Min/Max clipping", "ReduceMax", "ArgMax", "TopK",
                  "Slice with INT32_MAX ends", "Concat of Reshape with run-time batch", "unused TopK output"])


@fixture
def tf_text_cnn():
    """Embedding, Conv1D expressed as Conv2D with Unsqueeze/Squeeze, global max pool, dense."""
    for opset in (9, 13):
        g = Tf(opset, 51, scope="text_cnn")
        ids = g.input("tokens:0", I64 if opset == 9 else I32, ["unk__1", 20])
        emb = g.op("Gather", [g.variable("embedding", g.w.normal(50, 12, scale=0.5)), ids], scoped="embedding/embedding_lookup", axis=0)
        nonzero = g.op("Not", g.op("Equal", [ids, g.scalar("pad", 0, np.int64 if opset == 9 else np.int32)]), scoped="NotEqual")
        m = g.unsqueeze(g.op("Cast", nonzero, scoped="Cast", to=F32), [2], scoped="ExpandDims")
        y = g.op("Mul", [emb, m], scoped="mul")
        branches = []
        for k in (2, 3, 4):
            n = f"conv1d_{k}"
            t = g.unsqueeze(y, [1], scoped=f"{n}/ExpandDims")            # N,1,L,C
            t = g.op("Transpose", t, perm=[0, 3, 1, 2])                   # N,C,1,L
            a, b = same_pads(20, k, 1)
            w = g.variable(f"{n}/ExpandDims_1", g.w.he(8, 12, 1, k))
            t = g.op("Conv", [t, w], scoped=n, strides=[1, 1], kernel_shape=[1, k], dilations=[1, 1], pads=[0, a, 0, b], group=1)
            t = g.squeeze(t, [2], scoped=f"{n}/Squeeze")                  # N,C,L
            t = g.op("Transpose", t, perm=[0, 2, 1])
            t = g.op("Add", [t, g.variable(f"{n}/BiasAdd", g.w.bias(8))], scoped=f"{n}/BiasAdd")
            t = g.op("Relu", t, scoped=f"{n}/Relu")
            branches.append(g.op("ReduceMax", t, scoped=f"{n}/Max", axes=[1], keepdims=0))
        y = g.op("Concat", branches, scoped="concat", axis=-1)
        y = g.dense(y, "dense", 24, 16)
        y = g.op("Selu", y, scoped="dense/Selu")
        y = g.op("Softsign", g.dense(y, "dense_1", 16, 4), scoped="dense_1/Softsign")
        g.result(y, F32, ["unk__1", 4])
        t1, t2 = g.w.ints(1, 20, high=50), g.w.ints(5, 20, high=50)
        t2[:, 15:] = 0
        dtype = np.int64 if opset == 9 else np.int32
        save_fixture(f"tf_textcnn_op{opset}", g.model(), [{ids: t1.astype(dtype)}, {ids: t2.astype(dtype)}],
                     ["Gather embedding", "mask by Equal/Not/Cast", "Conv1D as Conv2D with Unsqueeze/Squeeze", "even kernels with asymmetric pads",
                      "ReduceMax", "Selu", "Softsign", "MatMul+Add"])


@fixture
def tf_space_to_depth():
    """Pixel rearrangement and channel split operators: SpaceToDepth, DepthToSpace, Split, Tile, StridedSlice."""
    g = Tf(13, 52, scope="sr")
    x = g.input("lr:0", F32, ["unk__1", "unk__2", "unk__3", 4])
    y = g.op("SpaceToDepth", g.nchw(x, "s2d"), scoped="SpaceToDepth", blocksize=2)
    y = g.relu(g.conv(y, "c1", 16, 16, 3), "c1")
    a, b = g.op("Split", y, scoped="split", n=2, axis=1)                 # equal split without sizes
    y = g.op("Mul", [a, g.op("Sigmoid", b, scoped="Sigmoid")], scoped="glu")
    w = g.variable("c2/Conv2D", g.w.he(16, 8, 3, 3))
    y = g.op("Conv", [y, w], scoped="c2/Conv2D", strides=[1, 1], kernel_shape=[3, 3], dilations=[2, 2], pads=[2, 2, 2, 2], group=1)
    y = g.op("DepthToSpace", y, scoped="DepthToSpace", blocksize=2, mode="DCR")
    t = g.nhwc(y, "DepthToSpace")
    t = g.op("Add", [t, x], scoped="add")
    # every second row by strided slice with steps, then tile the width back
    ss = g.op("Slice", [t, g.shape_const([0], "st"), g.shape_const([2 ** 31 - 1], "en"), g.shape_const([1], "ax"), g.shape_const([2], "step")], scoped="strided_slice")
    ss = g.op("Tile", [ss, g.shape_const([1, 2, 1, 1], "multiples")], scoped="Tile")
    flip = g.op("Slice", [ss, g.shape_const([-1], "st"), g.shape_const([-2 ** 31], "en"), g.shape_const([2], "ax"), g.shape_const([-1], "step")], scoped="ReverseV2")
    out = g.op("Concat", [t, flip], scoped="concat", axis=3)
    g.result(out, F32, ["unk__1", "unk__2", "unk__3", 8], name="out:0")
    save_fixture("tf_space_depth_op13", g.model(), [{x: g.w.image_nhwc(1, 16, 16, 4)}, {x: g.w.image_nhwc(2, 12, 20, 4)}],
                 ["SpaceToDepth", "DepthToSpace DCR", "Split without sizes", "Slice with step 2 and step -1", "Tile", "Concat on NHWC axis 3",
                  "dynamic batch/H/W"])


@fixture
def tf_lstm():
    """Keras LSTM and GRU as tf2onnx rewrites them: [T, N, C] by Transpose, initial states from Expand, Squeeze of the direction."""
    g = Tf(11, 53, scope="sequential")
    x = g.input("lstm_input:0", F32, ["unk__1", "unk__2", 6])
    hidden = 10
    s = g.op("Shape", x, scoped="lstm/Shape")
    batch = g.slice(s, [0], [1], [0], scoped="lstm/strided_slice")
    shape = g.op("Concat", [g.shape_const([1]), batch, g.shape_const([hidden])], axis=0)
    zeros = g.op("Expand", [g.scalar("lstm/zeros/Const", 0.0), shape], scoped="lstm/zeros")
    y = g.op("Transpose", x, scoped="lstm/transpose", perm=[1, 0, 2])
    w, r = g.const("W", g.w.normal(1, 4 * hidden, 6, scale=0.3)), g.const("R", g.w.normal(1, 4 * hidden, hidden, scale=0.3))
    b = g.const("B", g.w.normal(1, 8 * hidden, scale=0.1))
    outs = g.op("LSTM", [y, w, r, b, "", zeros, zeros], scoped="lstm/PartitionedCall", n=3, direction="forward", hidden_size=hidden)
    y = g.squeeze(outs[0], [1], scoped="lstm/squeeze")
    w, r = g.const("W", g.w.normal(2, 3 * 8, hidden, scale=0.3)), g.const("R", g.w.normal(2, 3 * 8, 8, scale=0.3))
    b = g.const("B", g.w.normal(2, 6 * 8, scale=0.1))
    name = "sequential/bidirectional/GRU"
    g.node("GRU", [y, w, r, b], out=["", name + ":1"], name=name, direction="bidirectional", hidden_size=8, linear_before_reset=1)
    h = g.op("Transpose", name + ":1", perm=[1, 0, 2])                  # N, 2, H
    h = g.reshape(h, [-1, 16], "bidirectional/Reshape")
    c = g.squeeze(outs[2], [0])
    y = g.dense(g.op("Concat", [h, c], scoped="concat", axis=-1), "dense", 26, 4)
    g.result(g.softmax(y, "dense"), F32, ["unk__3", 4])
    save_fixture("tf_lstm_op11", g.model(), [{x: g.w.normal(1, 7, 6)}, {x: g.w.normal(4, 12, 6)}],
                 ["LSTM with initial states from Expand", "bidirectional GRU whose first output is omitted", "empty optional input", "Squeeze", "dynamic batch/length"])


if __name__ == "__main__":
    import sys
    from common import run_registered
    run_registered(sys.argv[1:])
