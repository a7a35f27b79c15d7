"""Networks laid out as paddle2onnx exports them."""
import numpy as np

from common import BOOL, F32, I32, I64, fixture, save_fixture
from paddle_builder import Paddle


def mobilenet_v3(opset, seed, era, optimized, hw=(-1, -1), batch=-1, decomposed=False):
    g = Paddle(opset, seed, era, optimized)
    x = g.x([batch, 3, *hw])
    y = g.hard_swish(g.bn(g.conv(x, 3, 8, 3, s=2), 8))
    # depthwise + squeeze-excite, stride 2
    y = g.relu(g.bn(g.conv(y, 8, 16, 1), 16))
    y = g.relu(g.bn(g.conv(y, 16, 16, 3, s=2, g=16), 16))
    y = g.se(y, 16, decomposed=decomposed)
    y = g.bn(g.conv(y, 16, 8, 1), 8)
    # residual block with hard-swish and 5x5 depthwise
    r = y
    y = g.hard_swish(g.bn(g.conv(y, 8, 24, 1), 24))
    y = g.hard_swish(g.bn(g.conv(y, 24, 24, 5, g=24), 24))
    y = g.se(y, 24, decomposed=decomposed)
    y = g.add(r, g.bn(g.conv(y, 24, 8, 1), 8))
    y = g.hard_swish(g.bn(g.conv(y, 8, 32, 1), 32))
    y = g.global_pool(y)
    y = g.hard_swish(g.conv(y, 32, 48, 1))
    y = g.scale_bias(y, 0.8, 0.0) if decomposed else y        # dropout downgrade_in_infer
    y = g.flatten(y, 4)
    y = g.softmax(g.linear(y, 48, 10), 1)
    g.result(y, [batch, 10])
    return g


@fixture
def paddle_mobilenetv3():
    for name, opset, era, optimized, decomposed in (
            ("paddle_mobilenetv3_op9_py", 9, "py", True, True),
            ("paddle_mobilenetv3_op11", 11, "cpp", True, False),
            ("paddle_mobilenetv3_op11_raw", 11, "cpp", False, True),
            ("paddle_mobilenetv3_op14", 14, "cpp", True, False),
            ("paddle_mobilenetv3_pir_op17", 17, "pir", False, False)):
        g = mobilenet_v3(opset, 11, era, optimized, decomposed=decomposed)
        sets = [{"x": g.w.image(1, 3, 32, 32)}, {"x": g.w.image(2, 3, 48, 40)}]
        features = ["hard_swish", "squeeze_excite", "depthwise", "BN unfused", "Constant weights",
                    "dynamic batch/H/W", "flatten by Shape/Slice/Concat/Reshape"]
        features += ["float_data in Constant"] if era == "py" else ["p2o names"]
        features += ["Identity everywhere", "bias by Reshape+Add"] if not optimized else []
        features += ["HardSigmoid as Mul/Add/Clip"] if decomposed else ["HardSigmoid alpha 0.2"]
        features += ["PIR names"] if era == "pir" else []
        save_fixture(name, g.model(), sets, features)


@fixture
def paddle_db_detector():
    """DB text detector: MobileNetV3-like backbone, FPN with nearest resizes, ConvTranspose head."""
    for name, opset in (("paddle_dbnet_op11", 11), ("paddle_dbnet_op10_upsample", 9),
                        ("paddle_dbnet_op13", 13), ("paddle_dbnet_pir_op14", 14)):
        g = Paddle(opset, 21, "pir" if "pir" in name else "cpp")
        x = g.x([-1, 3, -1, -1])
        c1 = g.hard_swish(g.bn(g.conv(x, 3, 8, 3, s=2), 8))
        c2 = g.relu(g.bn(g.conv(c1, 8, 8, 3, s=2, g=8), 8))
        c2 = g.hard_swish(g.bn(g.conv(c2, 8, 16, 1), 16))
        c3 = g.relu(g.bn(g.conv(c2, 16, 16, 5, s=2, g=16), 16))
        c3 = g.hard_swish(g.bn(g.conv(g.se(c3, 16), 16, 24, 1), 24))
        p3 = g.conv(c3, 24, 16, 1)
        p2 = g.conv(c2, 16, 16, 1)
        if opset >= 11:
            up = g.resize(p3, "nearest", scale=[2.0, 2.0])
        else:
            up = g.node("Upsample", [p3, g.const([1, 1, 2, 2], np.float32)],
                        out=g.var("nearest_interp_v2"), mode="nearest")
        f2 = g.conv(g.add(p2, up), 16, 8, 3)
        f3 = g.conv(p3, 16, 8, 3)
        if opset >= 11:
            f3 = g.resize(f3, "nearest", size=g.size_of(p2))
        else:
            f3 = g.node("Upsample", [f3, g.const([1, 1, 2, 2], np.float32)],
                        out=g.var("nearest_interp_v2"), mode="nearest")
        fuse = g.node("Concat", [f3, f2], out=g.var("concat"), axis=1)
        y = g.relu(g.bn(g.conv(fuse, 16, 8, 3), 8))
        y = g.relu(g.bn(g.conv_transpose(y, 8, 8, 2, 2), 8))
        y = g.conv_transpose(y, 8, 1, 2, 2)
        y = g.node("Sigmoid", y, out=g.var("sigmoid"))
        g.result(y, [-1, 1, -1, -1], name="sigmoid_0.tmp_0_out")
        model = g.model()
        sets = [{"x": g.w.image(1, 3, 32, 32)}, {"x": g.w.image(2, 3, 64, 48)}]
        name = name if opset != 9 else "paddle_dbnet_op9_upsample"
        save_fixture(name, model, sets,
                     ["ConvTranspose head", "FPN", "squeeze_excite", "hard_swish", "dynamic batch/H/W",
                      "Resize nearest asymmetric floor by scales and by sizes from Shape"
                      if opset >= 11 else "Upsample with scales from a Constant node",
                      "ConvTranspose bias as Add of a 4-D constant"])


@fixture
def paddle_resize_modes():
    """Segmentation head: all the interp_v2 variants with run-time sizes."""
    for opset in (11, 13):
        g = Paddle(opset, 22, optimized=opset == 13)
        x = g.x([-1, 3, -1, -1])
        a = g.relu(g.bn(g.conv(x, 3, 8, 3, s=2), 8))
        b = g.relu(g.bn(g.conv(a, 8, 12, 3, s=2, d=1), 12))
        # image-level branch: global pool, then bilinear up to the size of b (align_corners false)
        pooled = g.relu(g.conv(g.global_pool(b), 12, 8, 1, bias=True))
        pooled = g.resize(pooled, "linear", size=g.size_of(b), align_mode=0)
        dilated = g.relu(g.bn(g.conv(b, 12, 8, 3, d=2, p=2), 8))
        y = g.node("Concat", [pooled, dilated], out=g.var("concat"), axis=1)
        y = g.resize(y, "linear", size=g.size_of(a), align_mode=1)            # asymmetric linear
        y = g.node("Concat", [y, a], out=g.var("concat"), axis=1)
        y = g.conv(y, 24, 4, 1, bias=True)
        y1 = g.resize(y, "linear", size=g.size_of(x), align_corners=True)
        y2 = g.resize(y, "linear", scale=[2.0, 2.0])                          # half_pixel
        g.result(y1, [-1, 4, -1, -1])
        y2 = g.node("ArgMax", y2, out=g.var("argmax"), axis=1, keepdims=0)
        y2 = g.node("Cast", y2, out=g.var("cast"), to=I32)
        g.result(y2, [-1, -1, -1], elem=I32)
        sets = [{"x": g.w.image(1, 3, 32, 32)}, {"x": g.w.image(2, 3, 40, 48)}]
        save_fixture(f"paddle_deeplab_resize_op{opset}", g.model(), sets,
                     ["Resize linear half_pixel/asymmetric/align_corners", "sizes from Shape/Cast/Slice/Cast/Concat",
                      "roi of ones", "empty scales constant", "dilated conv", "ArgMax+Cast int32 output",
                      "two outputs"] + (["Identity everywhere"] if opset == 11 else []))


@fixture
def paddle_crnn():
    """CRNN recogniser: convolutions, then a bidirectional LSTM built from sliced weights."""
    g = Paddle(11, 23)
    x = g.x([-1, 3, 32, -1])
    y = g.hard_swish(g.bn(g.conv(x, 3, 8, 3, s=2), 8))
    y = g.pool("MaxPool", g.hard_swish(g.bn(g.conv(y, 8, 16, 3, s=(2, 1)), 16)), 2, 2)
    y = g.hard_swish(g.bn(g.conv(y, 16, 16, (4, 1), p=0), 16))
    y = g.squeeze(y, [2], out=g.var("squeeze"))
    y = g.transpose(y, [2, 0, 1])                              # T, N, C
    hidden = 12
    items = []
    for i, (rows, cols) in enumerate(((4 * hidden, 16), (4 * hidden, hidden)) * 2):
        items.append(g.param(f"lstm_cell_{i // 2}.w_{i % 2}", g.w.normal(rows, cols, scale=0.25)))
    biases = [g.param(f"lstm_cell_{i // 2}.b_{i % 2}", g.w.bias(4 * hidden)) for i in range(4)]

    def reform(parts, indices):
        joined = g.node("Concat", [g.unsqueeze(parts[i], [0]) for i in indices],
                        out=g.gen("helper.concat"), axis=0)
        cut = [g.slice(joined, [1], [a * hidden], [b * hidden]) for a, b in ((0, 1), (3, 4), (1, 3))]
        return g.node("Concat", cut, out=g.gen("helper.concat"), axis=1)

    w, r = reform(items, (0, 2)), reform(items, (1, 3))
    b = g.node("Concat", [reform(biases, (0, 2)), reform(biases, (1, 3))], out=g.gen("helper.concat"), axis=1)
    # initial states: zeros of [2, N, hidden] from fill_constant with a run-time batch
    batch = g.slice(g.node("Shape", y), [0], [1], [2])
    shape = g.node("Concat", [g.const([2]), batch, g.const([hidden])], out=g.gen("helper.concat"), axis=0)
    from common import tensor
    zeros = g.node("ConstantOfShape", shape, value=tensor("value", np.zeros(1, np.float32)))
    outs = g.node("LSTM", [y, w, r, b, "", zeros, zeros], n=3, direction="bidirectional", hidden_size=hidden)
    y = g.transpose(outs[0], [0, 2, 1, 3])
    y = g.reshape(y, [0, 0, -1])
    y = g.transpose(y, [1, 0, 2])
    y = g.linear(y, 2 * hidden, 20, rank=3)
    y = g.softmax(y, 2)
    g.result(y, [-1, -1, 20])
    sets = [{"x": g.w.image(1, 3, 32, 64)}, {"x": g.w.image(3, 3, 32, 48)}]
    save_fixture("paddle_crnn_lstm_op11", g.model(), sets,
                 ["bidirectional LSTM", "LSTM weights from Slice/Concat of Constants", "empty optional input",
                  "ConstantOfShape", "Reshape with 0", "MatMul on 3-D", "softmax axis 2", "dynamic width"])


def svtr_block(g, x, c, heads):
    """Pre-norm mixer block: qkv, attention, MLP. x is [N, L, C]."""
    d = c // heads
    y = g.layer_norm(x, c)
    qkv = g.linear(y, c, 3 * c, rank=3)
    qkv = g.transpose(g.reshape(qkv, [0, -1, 3, heads, d]), [2, 0, 3, 1, 4])
    cut = []
    for i in range(3):
        part = g.slice(qkv, [0], [i], [i + 1], steps=[1] if g.opset >= 10 else None)
        cut.append(g.squeeze(part, [0], out=g.var("slice")))
    q = g.scale_bias(cut[0], d ** -0.5, 0.0)
    k = g.transpose(cut[1], [0, 1, 3, 2])
    a = g.softmax(g.node("MatMul", [q, k], out=g.var("matmul_v2")), 3 if g.opset < 13 else -1)
    y = g.transpose(g.node("MatMul", [a, cut[2]], out=g.var("matmul_v2")), [0, 2, 1, 3])
    y = g.reshape(y, [0, -1, c])
    x = g.add(x, g.linear(y, c, c, rank=3))
    y = g.linear(g.gelu(g.linear(g.layer_norm(x, c), c, 2 * c, rank=3)), 2 * c, c, rank=3)
    return g.add(x, y)


@fixture
def paddle_svtr():
    for opset, era, optimized in ((9, "py", True), (11, "cpp", False), (12, "cpp", True), (16, "cpp", True)):
        g = Paddle(opset, 24, era, optimized)
        x = g.x([-1, 3, 16, -1])
        y = g.gelu(g.bn(g.conv(x, 3, 8, 3, s=2, bias=True), 8))
        y = g.gelu(g.bn(g.conv(y, 8, 16, 3, s=2, bias=True), 16))
        # flatten(2) and transpose to tokens
        unknown = g.const([-1])
        s = g.slice(g.node("Shape", y), [0], [0], [2])
        s = g.node("Concat", [s, unknown], axis=0)
        y = g.transpose(g.node("Reshape", [y, s], out=g.var("flatten")), [0, 2, 1])
        for _ in range(2):
            y = svtr_block(g, y, 16, 2)
        y = g.layer_norm(y, 16)
        y = g.reshape(g.transpose(y, [0, 2, 1]), [0, 16, 4, -1])
        y = g.node("AveragePool", y, out=g.var("pool2d"), kernel_shape=[4, 1], strides=[1, 1],
                   count_include_pad=1, pads=[0, 0, 0, 0])
        y = g.hard_swish(g.conv(y, 16, 16, 1))
        y = g.squeeze(y, [2], out=g.var("squeeze"))
        y = g.transpose(y, [0, 2, 1])
        y = g.softmax(g.linear(y, 16, 24, rank=3), 2)
        g.result(y, [-1, -1, 24])
        sets = [{"x": g.w.image(1, 3, 16, 48)}, {"x": g.w.image(2, 3, 16, 64)}]
        save_fixture(f"paddle_svtr_op{opset}", g.model(), sets,
                     ["attention (reshape/transpose/slice qkv)", "LayerNorm decomposed, scale reshaped by Shape/Slice",
                      "GELU by Erf", "Squeeze axes " + ("attribute" if opset < 13 else "input"),
                      "scale as Mul+Add", "Reshape with 0 and -1", "dynamic width",
                      "AveragePool 4x1"] + (["Identity everywhere"] if not optimized else [])
                     + (["float_data in Constant"] if era == "py" else [])
                     + (["Softmax coerced to 2-D semantics (axis is last)"] if opset < 13 else []))


@fixture
def paddle_shape_math():
    """Reshape sizes and pads computed with Cast, Slice, Mul, Div, Floor chains; PaddleSeg-like."""
    g = Paddle(11, 25, optimized=False)
    x = g.x([-1, 4, -1, -1])
    y = g.relu(g.bn(g.conv(x, 4, 8, 3), 8))
    # channel shuffle through shape tensors: each dimension is sliced, cast and concatenated
    shape = g.shape(y)
    dims = []
    for i in range(4):
        part = g.slice(shape, [0], [i], [i + 1], steps=[1])
        dims.append(g.squeeze(part, [0], out=g.var("shape_slice")))
    def dim1(v):                                   # scalar int32 -> int64 [1]
        return g.cast(g.node("Reshape", [v, g.const([1])]), I64)
    sizes = g.node("Concat", [dim1(dims[0]), g.const([2]), g.const([4]), dim1(dims[2]), dim1(dims[3])], axis=-1)
    y = g.node("Reshape", [y, sizes], out=g.var("reshape2"))
    y = g.transpose(y, [0, 2, 1, 3, 4])
    sizes = g.node("Concat", [dim1(dims[0]), g.const([8]), dim1(dims[2]), dim1(dims[3])], axis=-1)
    y = g.node("Reshape", [y, sizes], out=g.var("reshape2"))
    y = g.conv(y, 8, 8, 3, g=2, bias=True)
    # half size through floor_divide: int32 -> float Div/Floor -> int32 -> int64
    def halve(v):
        f = g.node("Cast", v, out=g.gen("auto.cast"), to=F32)
        q = g.node("Floor", g.node("Div", [f, g.const(2, np.float32)]))
        return dim1(g.node("Cast", q, out=g.var("floor_divide"), to=I32))
    size = g.node("Concat", [halve(dims[2]), halve(dims[3])], out=g.gen("helper.concat"), axis=0)
    y = g.resize(y, "linear", size=size)
    y = g.node("Pad", [y, g.const([0, 0, 1, 1, 0, 0, 1, 1]), g.const(0.0, np.float32)],
               out=g.var("pad3d"), mode="reflect")
    y = g.conv(y, 8, 6, 3, p=0)
    y = g.node("ReduceMean", y, out=g.var("mean"), axes=[2, 3], keepdims=0)
    g.result(y, [-1, 6])
    sets = [{"x": g.w.image(1, 4, 16, 20)}, {"x": g.w.image(3, 4, 18, 24)}]
    save_fixture("paddle_shape_math_op11", g.model(), sets,
                 ["shape arithmetic through float (Cast/Div/Floor/Cast)", "channel shuffle with Concat sizes",
                  "scalar dims reshaped to [1]", "grouped conv", "Pad reflect with inputs", "Identity everywhere",
                  "ReduceMean keepdims 0"])


@fixture
def paddle_ppyolo_head():
    """PP-YOLOE-like neck and head with swish, ESE attention, SPP, split and several outputs."""
    for opset in (11, 13):
        g = Paddle(opset, 26)
        x = g.x([-1, 3, 32, 32], name="image")
        s = g.x([-1, 2], name="scale_factor")
        def cbs(v, a, b, k, st=1, p=None, grp=1):
            return g.swish(g.bn(g.conv(v, a, b, k, s=st, p=p, g=grp), b), beta=False)
        y = cbs(x, 3, 8, 3, 2)
        y = cbs(y, 8, 16, 3, 2)
        # CSP: two branches, RepVGG sum of 3x3 and 1x1
        a, b = cbs(y, 16, 8, 1), cbs(y, 16, 8, 1)
        rep = g.swish(g.add(g.bn(g.conv(b, 8, 8, 3), 8), g.bn(g.conv(b, 8, 8, 1), 8)), beta=False)
        y = g.node("Concat", [a, g.add(b, rep)], out=g.var("concat"), axis=1)
        # effective squeeze-excite
        e = g.node("ReduceMean", y, out=g.var("mean"), axes=[2, 3], keepdims=1)
        y = g.mul(y, g.hard_sigmoid(g.conv(e, 16, 16, 1, bias=True)))
        y = cbs(y, 16, 16, 1)
        # SPP
        pools = [g.pool("MaxPool", y, k, 1, p=k // 2) for k in (3, 5)]
        y = cbs(g.node("Concat", [y] + pools, out=g.var("concat"), axis=1), 48, 16, 1)
        cls = g.node("Sigmoid", g.conv(y, 16, 4, 3, bias=True), out=g.var("sigmoid"))
        reg = g.conv(y, 16, 4 * 5, 3, bias=True)
        cls = g.reshape(cls, [-1, 4, 64])
        reg = g.transpose(g.reshape(reg, [-1, 4, 5, 64]), [0, 2, 3, 1])      # N,5,64,4
        if opset < 13:
            # Softmax over axis 1 is written as Transpose, Softmax, Transpose
            t = g.node("Transpose", reg, perm=[0, 3, 2, 1])
            t = g.node("Softmax", t, axis=-1)
            reg = g.node("Transpose", t, out=g.var("softmax"), perm=[0, 3, 2, 1])
        else:
            reg = g.softmax(reg, 1)
        proj = g.param("conv2d_proj.w_0", np.arange(5, dtype=np.float32).reshape(1, 5, 1, 1))
        dist = g.node("Conv", [reg, proj], out=g.var("conv2d_proj"), dilations=[1, 1], kernel_shape=[1, 1],
                      strides=[1, 1], group=1, pads=[0, 0, 0, 0])
        dist = g.squeeze(dist, [1], out=g.var("squeeze"))                    # N,64,4
        if opset < 13:
            lt, rb = g.node("Split", dist, out=["split_0.tmp_0", "split_0.tmp_1"], axis=2, split=[2, 2])
        else:
            lt, rb = g.node("Split", [dist, g.const([2, 2])], out=["split_0.tmp_0", "split_0.tmp_1"], axis=2)
        points = g.param("anchor_points", np.stack(np.meshgrid(np.arange(8) + .5, np.arange(8) + .5), -1)
                         .reshape(1, 64, 2).astype(np.float32))
        low = g.elementwise("Sub", points, lt, "elementwise_sub")
        high = g.add(points, rb)
        boxes = g.node("Concat", [low, high], out=g.var("concat"), axis=-1)
        boxes = g.mul(boxes, g.const([4.0], np.float32))
        # divide by the scale factor: [N,2] -> flip -> tile -> reshape
        sy = g.slice(s, [1], [0], [1])
        sx = g.slice(s, [1], [1], [2])
        four = g.node("Concat", [sx, sy, sx, sy], out=g.var("concat"), axis=-1)
        boxes = g.elementwise("Div", boxes, g.unsqueeze(four, [1]), "elementwise_div")
        g.result(boxes, [-1, 64, 4])
        g.result(cls, [-1, 4, 64])
        sets = [{"image": g.w.image(1, 3, 32, 32), "scale_factor": np.array([[1.5, 0.5]], np.float32)},
                {"image": g.w.image(2, 3, 32, 32), "scale_factor": g.w.uniform(2, 2, low=.5, high=2)}]
        save_fixture(f"paddle_ppyoloe_op{opset}", g.model(), sets,
                     ["two inputs", "two outputs", "swish", "RepVGG add", "ESE attention by ReduceMean", "SPP MaxPool stride 1",
                      "Split", "softmax over axis 1 by transposes" if opset < 13 else "softmax axis 1 (opset 13)",
                      "fixed projection conv", "Concat axis -1", "dynamic batch"])


@fixture
def paddle_styles():
    """Instance norm, group norm (InstanceNormalization + Reshape), PRelu, leaky, mish, pads."""
    for opset in (9, 11):
        g = Paddle(opset, 27)
        x = g.x([-1, 3, 24, 24])
        if opset >= 11:
            y = g.node("Pad", [x, g.const([0, 0, 2, 2, 0, 0, 2, 2]), g.const(0.0, np.float32)], out=g.var("pad3d"), mode="reflect")
        else:
            y = g.node("Pad", x, out=g.var("pad3d"), mode="reflect", value=0.0, pads=[0, 0, 2, 2, 0, 0, 2, 2])
        y = g.conv(y, 3, 8, 5, p=0, bias=True)
        y = g.node("InstanceNormalization", [y, g.param("instance_norm_0.w_0", g.w.uniform(8, low=.5, high=1.5)),
                                             g.param("instance_norm_0.b_0", g.w.bias(8))], out=g.var("instance_norm"), epsilon=1e-5)
        alpha = g.param("prelu_0.w_0", g.w.uniform(8, low=.1, high=.4))
        y = g.node("PRelu", [y, g.node("Reshape", [alpha, g.const([-1, 1, 1])], out=g.gen("helper.reshape"))], out=g.var("prelu"))
        y = g.conv(y, 8, 12, 3, s=2)
        # group norm
        n = g.node("Reshape", [y, g.const([0, 3, -1])])
        n = g.node("InstanceNormalization", [n, g.const([1.0] * 3, np.float32), g.const([0.0] * 3, np.float32)], epsilon=1e-5)
        n = g.node("Reshape", [n, g.node("Shape", y)])
        n = g.node("Mul", [n, g.unsqueeze(g.param("group_norm_0.w_0", g.w.uniform(12, low=.6, high=1.4)), [1, 2])])
        y = g.node("Add", [n, g.unsqueeze(g.param("group_norm_0.b_0", g.w.bias(12)), [1, 2])], out=g.var("group_norm"))
        y = g.node("LeakyRelu", y, out=g.var("leaky_relu"), alpha=0.01)
        y = g.conv_transpose(y, 12, 8, 3, 2, p=1, output_padding=[1, 1], bias=opset >= 11)
        y = g.node("Mul", [y, g.node("Tanh", g.node("Softplus", y))], out=g.var("mish"))
        y = g.node("Elu", g.conv(y, 8, 8, 3, g=4), out=g.var("elu"), alpha=1.0)
        y = g.node("Tanh", g.conv(y, 8, 3, 3, bias=True), out=g.var("tanh"))
        g.result(y, [-1, 3, 24, 24])
        sets = [{"x": g.w.image(1, 3, 24, 24)}, {"x": g.w.image(2, 3, 24, 24)}]
        save_fixture(f"paddle_stylenet_op{opset}", g.model(), sets,
                     ["InstanceNorm", "GroupNorm by InstanceNorm+Reshape", "PRelu slope through Reshape node", "LeakyRelu", "Mish",
                      "Elu", "Tanh", "Pad reflect " + ("inputs" if opset >= 11 else "attributes"),
                      "ConvTranspose with output_padding", "grouped conv", "scale/bias through Unsqueeze of constants"])


@fixture
def paddle_ernie():
    """Text encoder (ERNIE-like): embeddings, additive mask from token ids, pooled tanh."""
    for opset in (11, 13):
        g = Paddle(opset, 28)
        ids = g.x([-1, -1], name="input_ids", elem=I64)
        types = g.x([-1, -1], name="token_type_ids", elem=I64)
        c, heads = 16, 4
        zero = g.const([0])
        pad = g.node("Equal", [ids, zero])
        mask = g.node("Mul", [g.node("Cast", pad, out=g.gen("auto.cast"), to=F32), g.const([-10000.0], np.float32)])
        mask = g.unsqueeze(mask, [1, 2], out=g.var("unsqueeze2"))
        # positions: cumsum of ones minus one
        ones_shape = g.node("Shape", ids)
        from common import tensor
        ones = g.node("ConstantOfShape", ones_shape, value=tensor("value", np.ones(1, np.int64)))
        seq = g.node("CumSum", [ones, g.const(1)], out=g.var("cumsum"))
        pos = g.elementwise("Sub", seq, ones, "elementwise_sub")
        word = g.param("embedding_0.w_0", g.w.normal(30, c, scale=0.5))
        position = g.param("embedding_1.w_0", g.w.normal(16, c, scale=0.3))
        segment = g.param("embedding_2.w_0", g.w.normal(2, c, scale=0.3))
        table = np.ones((30, c), np.float32)
        table[0] = 0
        word = g.node("Mul", [word, g.const(table, np.float32)])                  # padding_idx 0
        y = g.add(g.node("Gather", [word, ids], out=g.var("embedding")),
                  g.node("Gather", [position, pos], out=g.var("embedding")))
        y = g.add(y, g.node("Gather", [segment, types], out=g.var("embedding")))
        y = g.layer_norm(y, c, eps=1e-12)
        for _ in range(2):
            q, k, v = (g.linear(y, c, c, rank=3) for _ in range(3))
            q, k, v = (g.transpose(g.reshape(t, [0, 0, heads, c // heads]), [0, 2, 1, 3]) for t in (q, k, v))
            q = g.scale_bias(q, (c // heads) ** -0.5, 0.0)
            kt = g.node("Transpose", k, perm=[0, 1, 3, 2])
            a = g.add(g.node("MatMul", [q, kt], out=g.var("matmul_v2")), mask)
            a = g.softmax(a, 3 if opset < 13 else -1)
            o = g.reshape(g.transpose(g.node("MatMul", [a, v], out=g.var("matmul_v2")), [0, 2, 1, 3]), [0, 0, c])
            y = g.layer_norm(g.add(y, g.linear(o, c, c, rank=3)), c, eps=1e-12)
            f = g.linear(g.gelu(g.linear(y, c, 2 * c, rank=3)), 2 * c, c, rank=3)
            y = g.layer_norm(g.add(y, f), c, eps=1e-12)
        first = g.squeeze(g.slice(y, [1], [0], [1], steps=[1]), [1], out=g.var("slice"))
        pooled = g.node("Tanh", g.linear(first, c, c), out=g.var("tanh"))
        g.result(y, [-1, -1, c])
        g.result(g.linear(pooled, c, 2), [-1, 2])
        ids1, ids2 = g.w.ints(1, 8, low=1, high=30), g.w.ints(3, 12, low=1, high=30)
        ids2[0, 9:] = 0
        ids2[2, 5:] = 0
        sets = [{"input_ids": ids1, "token_type_ids": np.zeros_like(ids1)},
                {"input_ids": ids2, "token_type_ids": (np.arange(12)[None] > 6).astype(np.int64).repeat(3, 0)}]
        save_fixture(f"paddle_ernie_op{opset}", g.model(), sets,
                     ["int64 inputs", "Gather embeddings", "padding_idx by Mul on the table", "Equal/Cast/Mul additive mask",
                      "positions by ConstantOfShape/CumSum", "LayerNorm decomposed", "attention", "GELU", "dynamic batch/length"])


@fixture
def paddle_resnet_fp64():
    """ResNet-vd-like with average-pool shortcuts; the head runs in float64 through Casts."""
    g = Paddle(11, 29)
    x = g.x([-1, 3, 32, 32], name="inputs")
    y = g.relu(g.bn(g.conv(x, 3, 8, 3, s=2), 8))
    y = g.relu(g.bn(g.conv(y, 8, 8, 3), 8))
    y = g.pool("MaxPool", y, 3, 2, p=1)
    def block(v, a, b, st):
        out = g.relu(g.bn(g.conv(v, a, b // 2, 1), b // 2))
        out = g.relu(g.bn(g.conv(out, b // 2, b // 2, 3, s=st), b // 2))
        out = g.bn(g.conv(out, b // 2, b, 1), b)
        if st == 2:
            v = g.pool("AveragePool", v, 2, 2, ceil=True)
        if a != b:
            v = g.bn(g.conv(v, a, b, 1), b)
        return g.relu(g.add(out, v))
    y = block(y, 8, 16, 1)
    y = block(y, 16, 32, 2)
    y = block(y, 32, 32, 1)
    y = g.reshape(g.global_pool(y), [-1, 32])
    y = g.node("Cast", y, out=g.var("cast"), to=11)
    y = g.node("Mul", [y, g.const([0.5], np.float64)])
    y = g.node("Cast", y, out=g.var("cast"), to=F32)
    w = g.param("fc_0.w_0", g.w.he(32, 10, fan_in=32))
    b = g.param("fc_0.b_0", g.w.bias(10))
    y = g.node("Gemm", [y, w, b], out=g.var("fc"), alpha=1.0, beta=1.0, transA=0, transB=0)
    y = g.node("LogSoftmax", y, out=g.var("log_softmax"), axis=1)
    g.result(y, [-1, 10])
    sets = [{"inputs": g.w.image(1, 3, 32, 32)}, {"inputs": g.w.image(4, 3, 32, 32)}]
    save_fixture("paddle_resnet_vd_op11", g.model(), sets,
                 ["residual", "AveragePool ceil_mode", "MaxPool 3x3 s2", "float64 part through Cast", "Gemm without transB",
                  "LogSoftmax"])


@fixture
def paddle_fp16():
    """export_fp16_model: float16 Constants, Casts behind the input and before the output."""
    import onnx
    from onnx import helper, numpy_helper
    g = mobilenet_v3(11, 30, "cpp", True)
    sets = [{"x": g.w.image(1, 3, 32, 32)}, {"x": g.w.image(2, 3, 48, 40)}]
    model = g.model()
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].t.data_type == F32:
            array = numpy_helper.to_array(node.attribute[0].t).astype(np.float16)
            node.attribute[0].t.CopyFrom(numpy_helper.from_array(array, node.output[0]))
        for i, name in enumerate(node.input):
            if name == "x":
                node.input[i] = "graph_input_cast_0"
    result = model.graph.output[0].name
    last = [n for n in model.graph.node if result in n.output][0]
    last.output[0] = "graph_output_cast_0"
    nodes = list(model.graph.node)
    first = next(i for i, n in enumerate(nodes) if n.op_type != "Constant")
    nodes.insert(first, helper.make_node("Cast", ["x"], ["graph_input_cast_0"], name="graph_input_cast0", to=10))
    nodes.append(helper.make_node("Cast", ["graph_output_cast_0"], [result], name="graph_output_cast0", to=1))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    save_fixture("paddle_mobilenetv3_fp16_op11", model, sets, ["float16 Constants and activations", "Cast at input and output", "hard_swish", "squeeze_excite"])


@fixture
def paddle_swin():
    """Window attention: padding to windows, cyclic shift (Slice and Concat), window partition, relative bias, mask."""
    for opset, optimized in ((11, True), (13, False)):
        g = Paddle(opset, 31, optimized=optimized)
        x = g.x([-1, 3, 32, 32], name="image")
        c, heads, ws, side = 16, 2, 4, 8
        d, n_windows = c // heads, (side // ws) ** 2
        y = g.conv(x, 3, c, 4, s=4, p=0, bias=True)
        y = g.transpose(g.reshape(y, [0, c, side * side]), [0, 2, 1])
        y = g.layer_norm(y, c)

        def roll(v, shift):
            """paddle.roll over H and W of [N, H, W, C]: two Slices and a Concat for each axis."""
            for axis in (1, 2):
                a = g.slice(v, [axis], [shift % side], [side])
                b = g.slice(v, [axis], [0], [shift % side])
                v = g.node("Concat", [a, b], out=g.var("roll"), axis=axis)
            return v
        region = np.zeros((side, side), np.int64)
        for i, h in enumerate((slice(0, -ws), slice(-ws, -2), slice(-2, None))):
            for j, w in enumerate((slice(0, -ws), slice(-ws, -2), slice(-2, None))):
                region[h, w] = i * 3 + j
        windows = region.reshape(side // ws, ws, side // ws, ws).transpose(0, 2, 1, 3).reshape(n_windows, ws * ws)
        mask = np.where(windows[:, None] != windows[:, :, None], -100.0, 0.0).astype(np.float32).reshape(1, n_windows, 1, ws * ws, ws * ws)
        for block in range(2):
            r = y
            v = g.reshape(g.layer_norm(y, c), [-1, side, side, c])
            if block:
                v = roll(v, 2)
            # the batch dimension comes from shape: int32 slice, cast, concat
            shape = g.shape(v)
            batch = g.slice(shape, [0], [0], [1], steps=[1])
            target = g.node("Concat", [g.cast(batch, I64), g.const([2]), g.const([ws]), g.const([2]), g.const([ws]), g.const([c])], axis=-1)
            v = g.transpose(g.node("Reshape", [v, target], out=g.var("reshape2")), [0, 1, 3, 2, 4, 5])
            v = g.reshape(v, [-1, ws * ws, c])
            qkv = g.transpose(g.reshape(g.linear(v, c, 3 * c, rank=3), [-1, ws * ws, 3, heads, d]), [2, 0, 3, 1, 4])
            if opset < 13:
                parts = g.node("Split", qkv, out=[f"split_{block}.tmp_{i}" for i in range(3)], axis=0, split=[1, 1, 1])
            else:
                parts = g.node("Split", [qkv, g.const([1, 1, 1])], out=[f"split_{block}.tmp_{i}" for i in range(3)], axis=0)
            q, k, v = (g.squeeze(t, [0], out=g.var("squeeze")) for t in parts)
            q = g.scale_bias(q, d ** -0.5, 0.0)
            a = g.node("MatMul", [q, g.transpose(k, [0, 1, 3, 2])], out=g.var("matmul_v2"))
            # relative position bias: a table gathered by a constant index
            table = g.param(f"swin_{block}.w_0", g.w.normal((2 * ws - 1) ** 2, heads, scale=0.3))
            yy, xx = np.meshgrid(np.arange(ws), np.arange(ws), indexing="ij")
            pos = np.stack([yy.ravel(), xx.ravel()])
            rel = pos[:, :, None] - pos[:, None] + ws - 1
            index = (rel[0] * (2 * ws - 1) + rel[1]).reshape(-1)
            bias = g.node("Gather", [table, g.const(index)], out=g.var("gather"), axis=0)
            bias = g.transpose(g.reshape(bias, [ws * ws, ws * ws, heads]), [2, 0, 1])
            a = g.add(a, g.unsqueeze(bias, [0], out=g.var("unsqueeze2")))
            if block:
                a = g.reshape(a, [-1, n_windows, heads, ws * ws, ws * ws])
                a = g.reshape(g.add(a, g.const(mask, np.float32)), [-1, heads, ws * ws, ws * ws])
            a = g.softmax(a, 3 if opset < 13 else -1)
            v = g.transpose(g.node("MatMul", [a, v], out=g.var("matmul_v2")), [0, 2, 1, 3])
            v = g.linear(g.reshape(v, [-1, ws * ws, c]), c, c, rank=3)
            v = g.transpose(g.reshape(v, [-1, 2, 2, ws, ws, c]), [0, 1, 3, 2, 4, 5])
            v = g.reshape(v, [-1, side, side, c])
            if block:
                v = roll(v, -2)
            y = g.add(r, g.reshape(v, [-1, side * side, c]))
            y = g.add(y, g.linear(g.gelu(g.linear(g.layer_norm(y, c), c, 2 * c, rank=3)), 2 * c, c, rank=3))
        # patch merging: strided slices, concat, norm, linear
        v = g.reshape(y, [-1, side, side, c])
        cut = [g.slice(v, [1, 2], [i, j], [side, side], steps=[2, 2]) for j in (0, 1) for i in (0, 1)]
        v = g.node("Concat", cut, out=g.var("concat"), axis=-1)
        v = g.reshape(v, [-1, side * side // 4, 4 * c])
        w = g.param("linear_merge.w_0", g.w.he(4 * c, 2 * c, fan_in=4 * c))
        v = g.node("MatMul", [g.layer_norm(v, 4 * c), w], out=g.var("linear_merge"))
        v = g.transpose(g.layer_norm(v, 2 * c), [0, 2, 1])
        # adaptive average pool to one: unsqueeze, GlobalAveragePool, flatten
        v = g.flatten(g.global_pool(g.unsqueeze(v, [3])), 4)
        g.result(g.linear(v, 2 * c, 10), [-1, 10])
        save_fixture(f"paddle_swin_op{opset}", g.model(), [{"image": g.w.image(1, 3, 32, 32)}, {"image": g.w.image(2, 3, 32, 32)}],
                     ["window attention", "6-D Reshape/Transpose", "roll by Slice+Concat", "relative position bias by Gather of a constant index", "attention mask constant",
                      "Split qkv and Squeeze", "patch merging by Slice with steps 2", "LayerNorm decomposed", "GELU", "batch size from Shape/Slice/Cast/Concat"])


if __name__ == "__main__":
    import sys
    from common import run_registered
    run_registered(sys.argv[1:])
