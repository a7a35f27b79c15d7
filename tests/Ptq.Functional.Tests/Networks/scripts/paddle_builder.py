"""Builds graphs the way paddle2onnx lays them out.

Three generations are imitated:
  era "cpp" (1.0 and later): node names p2o.Conv.0, helper tensors p2o.helper.constant.3, weights as
      Constant nodes with raw_data and no node name, Identity after every elementwise operator unless
      the optimizer ran;
  era "pir" (2.0 and later, PIR programs): as "cpp", with tensors such as p2o.pd_op.relu.0.0 and
      parameters with _deepcopy_ suffixes, the output fetch_name_0;
  era "py" (0.5 to 0.9): names Conv_0 / Constant_12, weights as Constant nodes with typed float_data.
"""
import numpy as np
from onnx import helper

from common import BOOL, F32, F64, I32, I64, Graph, tensor


class Paddle(Graph):
    def __init__(self, opset, seed, era="cpp", optimized=True, ir=None):
        super().__init__(opset, seed, ir=ir, producer="PaddlePaddle",
                         name={"cpp": "PaddlePaddle Graph 0", "pir": "PaddlePaddle Graph in PIR mode"}.get(era, "paddle-onnx"))
        self.pir = era == "pir"
        self.era, self.optimized = "cpp" if self.pir else era, optimized
        self.params = []
        self.dynamic = 0

    # -- names --------------------------------------------------------------------------------
    def gen(self, key):
        """paddle2onnx numbers nodes and tensors of one operator with one shared counter."""
        if self.era == "cpp":
            return f"p2o.{key}.{self.count('gen:' + key)}"
        return f"{key}_{self.count('gen:' + key)}"

    def node_name(self, op):
        return self.gen(op)

    def node(self, op, inputs, out=None, **kw):
        if self.pir and isinstance(out, str) and ".tmp_" in out:
            out = f"p2o.pd_op.{out.replace('.tmp_', '.')}"
        return super().node(op, inputs, out=out, **kw)

    def value_name(self, op):
        return self.gen(op)

    def var(self, base, suffix="tmp_0"):
        """A Paddle variable name such as conv2d_3.tmp_0."""
        if self.pir:
            return f"p2o.pd_op.{base}.{self.count('var:' + base)}.0"
        return f"{base}_{self.count('var:' + base)}.{suffix}"

    def dims(self, shape):
        out = []
        for d in shape:
            if d == -1:
                out.append(f"p2o.DynamicDimension.{self.dynamic}" if self.era == "cpp"
                           else f"unk__{self.dynamic}")
                self.dynamic += 1
            else:
                out.append(d)
        return out

    def x(self, shape, name="x", elem=F32):
        return self.input(name, elem, self.dims(shape))

    def result(self, value, shape, name=None, elem=F32):
        """Paddle models end with a scale operator of factor one, an Identity in ONNX."""
        if self.pir:
            name = f"fetch_name_{self.count('fetch')}"
        name = name or f"save_infer_model/scale_{self.count('scale')}.tmp_0"
        self.node("Identity", value, out=name)
        return self.output(name, elem, self.dims(shape))

    # -- constants ----------------------------------------------------------------------------
    def _constant(self, name, array, raw=True):
        return helper.make_node("Constant", [], [name], value=tensor(name, array, raw))

    def param(self, name, array):
        if self.pir:
            name = f"{name}_deepcopy_{self.count('deepcopy')}"
        self.params.append(self._constant(name, array, raw=self.era == "cpp"))
        return name

    def const(self, values, dtype=np.int64):
        name = self.gen("helper.constant" if self.era == "cpp" else "Constant")
        self.nodes.append(self._constant(name, np.asarray(values, dtype), raw=self.era == "cpp"))
        return name

    def model(self, **kw):
        self.nodes = self.params + self.nodes
        self.params = []
        return super().model(**kw)

    # -- operators ----------------------------------------------------------------------------
    def identity(self, value, out):
        return self.node("Identity", value, out=out)

    def cast(self, x, to, same=False):
        if same:
            return x if self.optimized else self.identity(x, self.gen("auto.cast"))
        return self.node("Cast", x, out=self.gen("auto.cast"), to=to)

    def conv(self, x, cin, cout, k, s=1, p=None, g=1, d=1, bias=False, same=False):
        kh, kw = (k, k) if np.isscalar(k) else k
        strides = [s, s] if np.isscalar(s) else list(s)
        base = f"conv2d_{self.count('layer:conv')}"
        weight = self.param(base + ".w_0", self.w.he(cout, cin // g, kh, kw))
        attrs = dict(dilations=[d, d], kernel_shape=[kh, kw], strides=strides, group=g)
        if same:
            attrs["auto_pad"] = "SAME_UPPER"
        else:
            ph, pw = ((kh - 1) // 2 * d, (kw - 1) // 2 * d) if p is None else (p, p)
            attrs["pads"] = [ph, pw, ph, pw]
        if bias and self.optimized:
            b = self.param(base + ".b_0", self.w.bias(cout))
            return self.node("Conv", [x, weight, b], out=base + ".tmp_1", **attrs)
        y = self.node("Conv", [x, weight], out=base + ".tmp_0", **attrs)
        if bias:
            y = self.channel_add(y, self.param(base + ".b_0", self.w.bias(cout)), cout,
                                 out=base + ".tmp_1")
        return y

    def channel_add(self, x, b, channels, out):
        """elementwise_add with axis 1: the bias is reshaped to [1, C, 1, 1] first."""
        reshaped = self.node("Reshape", [b, self.const([1, channels, 1, 1])])
        return self.identity(self.node("Add", [x, reshaped]), out)

    def conv_transpose(self, x, cin, cout, k, s, p=0, bias=True, output_padding=None, g=1):
        base = f"conv2d_transpose_{self.count('layer:deconv')}"
        weight = self.param(base + ".w_0", self.w.he(cin, cout // g, k, k, fan_in=cin * k * k // (s * s)))
        attrs = dict(dilations=[1, 1], kernel_shape=[k, k], strides=[s, s], group=g, pads=[p] * 4)
        if output_padding:
            attrs["output_padding"] = output_padding
        if not bias:
            return self.node("ConvTranspose", [x, weight], out=base + ".tmp_0", **attrs)
        y = self.node("ConvTranspose", [x, weight], **attrs)
        y = y if self.optimized else self.identity(y, base + ".tmp_0")
        b = self.param(base + ".b_0", self.w.bias(cout))
        if self.optimized:                     # fuse_constant_reshape leaves a 4-D constant
            b4 = self.gen("fused.reshape")
            value = [n for n in self.params if n.output[0] == b][0].attribute[0].t
            from onnx import numpy_helper
            array = numpy_helper.to_array(value).reshape(1, cout, 1, 1)
            self.params = [n for n in self.params if n.output[0] != b]
            b4 = self.param(b4, array)
            return self.node("Add", [y, b4], out=base + ".tmp_1")
        return self.channel_add(y, b, cout, base + ".tmp_1")

    def bn(self, x, c, eps=1e-5):
        base = f"batch_norm2d_{self.count('layer:bn')}"
        inputs = [x,
                  self.param(base + ".w_0", self.w.uniform(c, low=0.6, high=1.4)),
                  self.param(base + ".b_0", self.w.normal(c, scale=0.2)),
                  self.param(base + ".w_1", self.w.normal(c, scale=0.3)),
                  self.param(base + ".w_2", self.w.uniform(c, low=0.3, high=1.8))]
        attrs = dict(epsilon=eps, momentum=0.9)
        if self.opset < 9:
            attrs["spatial"] = 1
        n = base.rsplit("_", 1)[1]
        return self.node("BatchNormalization", inputs, out=f"batch_norm_{n}.tmp_2", **attrs)

    def relu(self, x):
        return self.node("Relu", x, out=self.var("relu"))

    def clip(self, x, low, high, out=None):
        out = out or self.gen("helper.clip")
        x = self.cast(x, F32, same=True)
        if self.opset < 11:
            y = self.node("Clip", x, max=float(high), min=float(low),
                          out=out if self.optimized else None)
        else:
            y = self.node("Clip", [x, self.const(low, np.float32), self.const(high, np.float32)],
                          out=out if self.optimized else None)
        return y if self.optimized else self.identity(y, out)

    def relu6(self, x):
        return self.clip(x, 0, 6, out=self.var("relu6"))

    def hard_swish(self, x):
        out = self.var("hardswish")
        if self.opset >= 14 and self.era == "cpp":
            return self.node("HardSwish", x, out=out)
        scale, offset = self.const(6, np.float32), self.const(3, np.float32)
        y = self.clip(self.node("Add", [x, offset]), 0, 6)
        return self.node("Div", [self.node("Mul", [x, y]), scale], out=out)

    def hard_sigmoid(self, x, alpha=1 / 6, beta=0.5, decomposed=False):
        out = self.var("hardsigmoid")
        if decomposed:
            y = self.node("Mul", [x, self.const([alpha], np.float32)])
            y = self.node("Add", [y, self.const([beta], np.float32)])
            return self.clip(y, 0, 1, out=out)
        return self.node("HardSigmoid", x, out=out, alpha=alpha, beta=beta)

    def swish(self, x, beta=True):
        out = self.var("swish")
        y = self.node("Mul", [x, self.const(1, np.float32)]) if beta else x
        return self.node("Mul", [x, self.node("Sigmoid", y)], out=out)

    def elementwise(self, op, a, b, base):
        out = self.var(base)
        if self.optimized:
            return self.node(op, [a, b], out=out)
        return self.identity(self.node(op, [a, b]), out)

    def add(self, a, b):
        return self.elementwise("Add", a, b, "elementwise_add")

    def mul(self, a, b):
        return self.elementwise("Mul", a, b, "elementwise_mul")

    def global_pool(self, x):
        return self.node("GlobalAveragePool", x, out=self.var("pool2d"))

    def pool(self, op, x, k, s, p=0, ceil=False, exclusive=True):
        attrs = dict(kernel_shape=[k, k], strides=[s, s], pads=[p] * 4)
        if self.opset >= 10:
            attrs["ceil_mode"] = int(ceil)
        if op == "AveragePool":
            attrs["count_include_pad"] = int(not exclusive)
        return self.node(op, x, out=self.var("pool2d"), **attrs)

    def se(self, x, c, r=4, decomposed=False):
        """Squeeze-excite as in MobileNetV3 of PaddleClas."""
        y = self.global_pool(x)
        y = self.relu(self.conv(y, c, max(c // r, 2), 1, bias=True))
        y = self.hard_sigmoid(self.conv(y, max(c // r, 2), c, 1, bias=True),
                              alpha=0.2 if not decomposed else 1 / 6, decomposed=decomposed)
        return self.mul(x, y)

    def slice(self, x, axes, starts, ends, out=None, steps=None):
        out = out or self.gen("helper.slice")
        if self.opset < 10:
            return self.node("Slice", x, out=out, axes=axes, starts=starts, ends=ends)
        inputs = [x, self.const(starts), self.const(ends), self.const(axes)]
        if steps is not None:
            inputs.append(self.const(steps))
        return self.node("Slice", inputs, out=out)

    def squeeze(self, x, axes, out=None):
        out = out or self.gen("helper.squeeze")
        if self.opset < 13:
            return self.node("Squeeze", x, out=out, axes=axes)
        return self.node("Squeeze", [x, self.const(axes)], out=out)

    def unsqueeze(self, x, axes, out=None):
        out = out or self.gen("helper.unsqueeze")
        if self.opset < 13:
            return self.node("Unsqueeze", x, out=out, axes=axes)
        return self.node("Unsqueeze", [x, self.const(axes)], out=out)

    def shape(self, x):
        """The shape operator gives int32 in Paddle, so a Cast follows."""
        return self.node("Cast", self.node("Shape", x), out=self.var("shape"), to=I32)

    def flatten(self, x, rank, start=1):
        """flatten_contiguous_range up to the last axis."""
        unknown = self.const([-1])
        shape = self.slice(self.node("Shape", x), [0], [0], [start])
        shape = self.node("Concat", [shape, unknown], axis=0)
        return self.node("Reshape", [x, shape], out=self.var("flatten"))

    def reshape(self, x, shape):
        attrs = {"allowzero": 0} if self.opset >= 14 and self.era == "cpp" else {}
        return self.node("Reshape", [x, self.const(shape)], out=self.var("reshape2"), **attrs)

    def transpose(self, x, perm):
        return self.node("Transpose", x, out=self.var("transpose"), perm=perm)

    def linear(self, x, cin, cout, rank=2):
        base = f"linear_{self.count('layer:linear')}"
        w = self.param(base + ".w_0", self.w.he(cin, cout, fan_in=cin))
        b = self.param(base + ".b_0", self.w.bias(cout))
        y = self.node("MatMul", [x, w], out=base + ".tmp_0")
        if self.optimized:
            return self.node("Add", [y, b], out=base + ".tmp_1")
        return self.identity(self.node("Add", [y, b]), base + ".tmp_1")

    def softmax(self, x, axis):
        return self.node("Softmax", x, out=self.var("softmax"), axis=axis)

    def layer_norm(self, x, c, rank=3, eps=1e-6):
        base = f"layer_norm_{self.count('layer:ln')}"
        axis = rank - 1
        x = self.cast(x, F32, same=True)
        epsilon, two = self.const([eps], np.float32), self.const([2.0], np.float32)
        mean = self.node("ReduceMean", x, axes=[axis])
        centred = self.node("Sub", [x, mean])
        variance = self.node("ReduceMean", self.node("Pow", [centred, two]), axes=[axis])
        deviation = self.node("Sqrt", self.node("Add", [variance, epsilon]))
        shape = self.slice(self.node("Shape", x), [0], [axis], [rank])
        scale = self.node("Reshape", [self.param(base + ".w_0", self.w.uniform(c, low=0.7, high=1.3)), shape])
        shift = self.node("Reshape", [self.param(base + ".b_0", self.w.bias(c)), shape])
        y = self.node("Mul", [self.node("Div", [centred, deviation]), scale])
        y = self.node("Add", [y, shift], out=base + ".tmp_2" if self.optimized else None)
        return y if self.optimized else self.identity(y, base + ".tmp_2")

    def gelu(self, x):
        out = self.var("gelu")
        root, half, one = (self.const(v, np.float32) for v in (2 ** 0.5, 0.5, 1.0))
        y = self.node("Add", [self.node("Erf", self.node("Div", [x, root])), one])
        return self.node("Mul", [self.node("Mul", [x, y]), half], out=out)

    def scale_bias(self, x, scale, bias):
        """The scale operator: Mul and Add with one-element constants."""
        y = self.node("Mul", [x, self.const([scale], np.float32)])
        return self.node("Add", [y, self.const([bias], np.float32)], out=self.var("scale"))

    def resize(self, x, mode, *, scale=None, size=None, align_corners=False, align_mode=0, rank=4):
        """interp_v2 at opset 11 and later; size is a one-dimensional int64 tensor name of [H, W]."""
        ctm = "half_pixel"
        if align_corners:
            ctm = "align_corners"
        elif mode == "nearest" or (align_mode == 1 and mode != "cubic"):
            ctm = "asymmetric"
        scales = self.const([1.0, 1.0] + list(scale), np.float32) if scale else None
        roi = self.const([1.0] * (2 * rank), np.float32)
        if scales is None:
            scales = self.const([], np.float32)
        inputs = [x, roi, scales]
        if size is not None:
            nc = self.slice(self.node("Shape", x), [0], [0], [2])
            inputs.append(self.node("Concat", [nc, size], out=self.gen("helper.concat"), axis=0))
        attrs = dict(mode=mode, coordinate_transformation_mode=ctm)
        if mode == "nearest" and ctm == "asymmetric":
            attrs["nearest_mode"] = "floor"
        return self.node("Resize", inputs, out=self.var(f"{'nearest' if mode == 'nearest' else 'bilinear'}_interp_v2"), **attrs)

    def size_of(self, x):
        """[H, W] of x as int64 through shape (int32), slice and cast."""
        hw = self.slice(self.shape(x), [0], [2], [4], out=self.var("shape_slice"),
                        steps=[1] if self.opset >= 10 else None)
        return self.cast(hw, I64)
