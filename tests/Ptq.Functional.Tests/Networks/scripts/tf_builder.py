"""Builds graphs the way tf2onnx lays them out: scoped names ending in :0, NHWC at the borders,
initializers named after ReadVariableOps or const_fold_opt__N, helper nodes with __N suffixes."""
import numpy as np

from common import BOOL, F32, I32, I64, Graph

TO_NCHW, TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]


def same_pads(size, k, s, d=1):
    """TensorFlow SAME padding of one axis: (before, after)."""
    out = -(-size // s)
    total = max((out - 1) * s + (k - 1) * d + 1 - size, 0)
    return total // 2, total - total // 2


class Tf(Graph):
    def __init__(self, opset, seed, scope="StatefulPartitionedCall/model", ir=None):
        super().__init__(opset, seed, ir=ir, producer="tf2onnx", producer_version="1.14.0 8f8d49",
                         name="tf2onnx")
        self.scope = scope
        self.serial = 5

    def make_name(self, base):
        """utils.make_name: one global counter for every helper node and constant."""
        self.serial += 1
        return f"{base}__{self.serial}"

    def node_name(self, op):
        return self.make_name(op)

    def op(self, op, inputs, scoped=None, n=1, **attrs):
        """A node named after its TensorFlow operator (scoped) or after a helper (None)."""
        name = f"{self.scope}/{scoped}" if scoped else self.make_name(op)
        outs = [f"{name}:{i}" for i in range(n)]
        return self.node(op, inputs, out=outs, name=name, **attrs)

    def const(self, base, array, raw=True):
        return self.init(self.make_name(base), np.asarray(array), raw)

    def scalar(self, base, value, dtype=np.float32):
        return self.const(base, np.asarray(value, dtype))

    def shape_const(self, values, base="const_fold_opt"):
        return self.const(base, np.asarray(values, np.int64))

    def variable(self, scoped, array):
        return self.init(f"{self.scope}/{scoped}/ReadVariableOp:0", array)

    # -- layout -------------------------------------------------------------------------------
    def nchw(self, x, scoped):
        name = self.make_name(f"{self.scope}/{scoped}")
        return self.node("Transpose", x, out=name + ":0", name=name, perm=TO_NCHW)

    def nhwc(self, x, scoped=None):
        name = self.make_name(f"{self.scope}/{scoped}" if scoped else "Transpose")
        return self.node("Transpose", x, out=name + ":0", name=name, perm=TO_NHWC)

    # -- layers (NCHW inside) -----------------------------------------------------------------
    def conv(self, x, name, cin, cout, k, s=1, size=None, padding="SAME", d=1, bias=True,
             depthwise=False, through_reshape=False, kind="Conv2D", group_attr=True):
        """size: the known input height/width for explicit pads; None gives auto_pad."""
        kh, kw = (k, k) if np.isscalar(k) else k
        group = cin if depthwise else 1
        w = self.w.he(cout, cin // group, kh, kw)
        kind = "depthwise" if depthwise else kind
        if depthwise and through_reshape:
            # older exporters keep the kernel reshape: [k, k, cin, 1] transposed then reshaped
            raw = self.init(f"{self.scope}/{name}/{kind}/ReadVariableOp:0", w.transpose(1, 0, 2, 3).copy())
            weight = self.node("Reshape", [raw, self.shape_const([cout, 1, kh, kw], name)],
                               name=self.make_name("Reshape"), out=self.make_name("Reshape") + ":0")
        else:
            weight = self.init(f"{self.scope}/{name}/{kind}/ReadVariableOp:0", w)
        attrs = dict(strides=[s, s], kernel_shape=[kh, kw], dilations=[d, d])
        if group_attr:
            attrs["group"] = group
        if padding == "SAME":
            if size is None:
                attrs["auto_pad"] = "SAME_UPPER"
            else:
                a, b = same_pads(size[0], kh, s, d), same_pads(size[1], kw, s, d)
                attrs["pads"] = [a[0], b[0], a[1], b[1]]
        inputs = [x, weight]
        if bias:
            inputs.append(self.init(f"{self.scope}/{name}/BiasAdd/ReadVariableOp:0", self.w.bias(cout)))
        return self.op("Conv", inputs, scoped=f"{name}/BiasAdd" if bias else f"{name}/{kind}", **attrs)

    def bn(self, x, name, c, eps=1e-3, shared_ones=False):
        inputs = [x, self.variable(f"{name}", self.w.uniform(c, low=0.6, high=1.4)),
                  self.variable(f"{name}/ReadVariableOp_1", self.w.normal(c, scale=0.2)),
                  self.variable(f"{name}/FusedBatchNormV3", self.w.normal(c, scale=0.3)),
                  self.variable(f"{name}/FusedBatchNormV3/ReadVariableOp_1", self.w.uniform(c, low=0.3, high=1.8))]
        return self.op("BatchNormalization", inputs, scoped=f"{name}/FusedBatchNormV3", epsilon=eps)

    def relu(self, x, name):
        return self.op("Relu", x, scoped=f"{name}/Relu")

    def relu6(self, x, name, style="clip"):
        if style == "min":
            y = self.op("Relu", x, scoped=f"{name}/Relu")
            return self.op("Min", [y, self.scalar("const_six", 6.0)], scoped=f"{name}/Minimum")
        if self.opset < 11:
            return self.op("Clip", x, scoped=f"{name}/Relu6", min=0.0, max=6.0)
        return self.op("Clip", [x, self.scalar("zero", 0.0), self.scalar("six", 6.0)], scoped=f"{name}/Relu6")

    def hard_sigmoid(self, x, name):
        y = self.op("Add", [x, self.scalar(f"{self.scope}/{name}/add/y", 3.0)], scoped=f"{name}/add")
        y = self.relu6(y, name)
        return self.op("Mul", [y, self.scalar(f"{self.scope}/{name}/mul/y", 1 / 6)], scoped=f"{name}/mul")

    def hard_swish(self, x, name):
        return self.op("Mul", [x, self.hard_sigmoid(x, name)], scoped=f"{name}/multiply/mul")

    def swish(self, x, name):
        return self.op("Mul", [x, self.op("Sigmoid", x, scoped=f"{name}/Sigmoid")], scoped=f"{name}/mul")

    def reduce_mean(self, x, axes, keepdims, scoped):
        if self.opset < 18:
            return self.op("ReduceMean", x, scoped=scoped, axes=axes, keepdims=keepdims)
        return self.op("ReduceMean", [x, self.shape_const(axes, "axes")], scoped=scoped, keepdims=keepdims)

    def squeeze(self, x, axes, scoped=None):
        if self.opset < 13:
            return self.op("Squeeze", x, scoped=scoped, axes=axes)
        return self.op("Squeeze", [x, self.shape_const(axes, "const_axes")], scoped=scoped)

    def unsqueeze(self, x, axes, scoped=None):
        if self.opset < 13:
            return self.op("Unsqueeze", x, scoped=scoped, axes=axes)
        return self.op("Unsqueeze", [x, self.shape_const(axes, "const_axes")], scoped=scoped)

    def slice(self, x, starts, ends, axes, scoped=None, plain=False):
        if self.opset < 10:
            return self.op("Slice", x, scoped=scoped, axes=axes, starts=starts, ends=ends)
        inputs = [x, self.shape_const(starts, "const_starts"), self.shape_const(ends, "const_ends")]
        if not plain:
            inputs.append(self.shape_const(axes, "const_axes"))
        return self.op("Slice", inputs, scoped=scoped)

    def dense(self, x, name, cin, cout, bias=True):
        y = self.op("MatMul", [x, self.variable(f"{name}/MatMul", self.w.he(cin, cout, fan_in=cin))], scoped=f"{name}/MatMul")
        if bias:
            y = self.op("Add", [y, self.variable(f"{name}/BiasAdd", self.w.bias(cout))], scoped=f"{name}/BiasAdd")
        return y

    def softmax(self, x, name, rank=2):
        return self.op("Softmax", x, scoped=f"{name}/Softmax", axis=rank - 1 if self.opset < 13 else -1)

    def shape32(self, x, scoped):
        """tf.shape: int64 Shape cast to int32."""
        return self.op("Cast", self.op("Shape", x, scoped=f"{scoped}/Shape"), to=I32)

    def strided_dim(self, shape, index, scoped):
        """shape[i]: Slice of the int32 shape, then Squeeze to a scalar."""
        part = shape
        if self.opset < 11:
            part = self.op("Cast", shape, to=F32)         # Slice of int32 was avoided
            part = self.slice(part, [index], [index + 1], [0], scoped=scoped)
            part = self.op("Cast", part, to=I32)
        else:
            part = self.slice(shape, [index], [index + 1], [0], scoped=scoped)
        return self.squeeze(part, [0])

    def pack(self, parts, scoped):
        """tf.stack of scalars: Unsqueeze each, Concat. Strings are names, ints become constants."""
        items = []
        for p in parts:
            if isinstance(p, str):
                items.append(self.unsqueeze(p, [0]))
            else:
                items.append(self.const(f"{self.scope}/{scoped}/{abs(p)}", np.asarray([p], np.int32)))
        return self.op("Concat", items, scoped=scoped, axis=0)

    def reshape_dynamic(self, x, parts, scoped):
        shape = self.op("Cast", self.pack(parts, f"{scoped}/shape"), to=I64)
        return self.op("Reshape", [x, shape], scoped=scoped)

    def reshape(self, x, shape, scoped):
        return self.op("Reshape", [x, self.shape_const(shape)], scoped=scoped)

    def pad(self, x, pads, scoped, mode=None, value=None):
        if self.opset < 11:
            return self.op("Pad", x, scoped=scoped, pads=pads, mode=mode, value=value)
        inputs = [x, self.shape_const(pads, "pad_const")]
        if value is not None:
            inputs.append(self.scalar("pad_value", value))
        return self.op("Pad", inputs, scoped=scoped, mode=mode)

    def layer_norm(self, x, name, c, eps=1e-6, axis=2):
        """tf.nn.moments and tf.nn.batch_normalization: x*(rsqrt*gamma) + (beta - mean*rsqrt*gamma)."""
        mean = self.reduce_mean(x, [axis], 1, f"{name}/moments/mean")
        diff = self.op("Sub", [x, mean], scoped=f"{name}/moments/SquaredDifference")
        var = self.reduce_mean(self.op("Mul", [diff, diff]), [axis], 1, f"{name}/moments/variance")
        y = self.op("Add", [var, self.scalar(f"{self.scope}/{name}/batchnorm/add/y", eps)], scoped=f"{name}/batchnorm/add")
        y = self.op("Reciprocal", self.op("Sqrt", y, scoped=f"{name}/batchnorm/Rsqrt"))
        scale = self.op("Mul", [y, self.variable(f"{name}/batchnorm/mul", self.w.uniform(c, low=0.7, high=1.3))], scoped=f"{name}/batchnorm/mul")
        a = self.op("Mul", [x, scale], scoped=f"{name}/batchnorm/mul_1")
        b = self.op("Mul", [mean, scale], scoped=f"{name}/batchnorm/mul_2")
        b = self.op("Sub", [self.variable(f"{name}/batchnorm", self.w.bias(c)), b], scoped=f"{name}/batchnorm/sub")
        return self.op("Add", [a, b], scoped=f"{name}/batchnorm/add_1")

    def gelu(self, x, name, tanh=False):
        half = self.scalar("half", 0.5)
        if tanh:
            p = self.op("Pow", [x, self.scalar("three", 3.0)], scoped=f"{name}/Gelu/Pow")
            p = self.op("Mul", [p, self.scalar("coeff", 0.044715)], scoped=f"{name}/Gelu/mul")
            p = self.op("Mul", [self.op("Add", [x, p], scoped=f"{name}/Gelu/add"), self.scalar("root", 0.7978845608)], scoped=f"{name}/Gelu/mul_1")
            e = self.op("Tanh", p, scoped=f"{name}/Gelu/Tanh")
        else:
            e = self.op("Mul", [x, self.scalar("rsqrt2", 0.70710678118)], scoped=f"{name}/Gelu/truediv")
            e = self.op("Erf", e, scoped=f"{name}/Gelu/Erf")
        e = self.op("Add", [e, self.scalar("one", 1.0)], scoped=f"{name}/Gelu/add_1")
        return self.op("Mul", [self.op("Mul", [x, half], scoped=f"{name}/Gelu/mul_2"), e], scoped=f"{name}/Gelu/mul_3")

    def resize(self, x, size32, mode, name, half_pixel=False, align_corners=False):
        """Opset 11: x is NCHW, size32 an int32 tensor [H, W]."""
        roi, empty = self.const("roi", np.zeros(0, np.float32)), self.const("const_empty_float", np.zeros(0, np.float32))
        shape = self.op("Shape", x)
        nc = self.slice(shape, [0], [2], [0], plain=True)
        sizes = self.op("Concat", [nc, self.op("Cast", size32, to=I64)], axis=0)
        ctm, nearest = "asymmetric", "floor"
        if align_corners:
            ctm = "align_corners"
        if half_pixel:
            ctm = "half_pixel"
            nearest = "round_prefer_ceil" if mode == "nearest" else "floor"
        attrs = dict(mode=mode, nearest_mode=nearest, coordinate_transformation_mode=ctm, exclude_outside=int(mode == "cubic"))
        if mode == "cubic":
            attrs["cubic_coeff_a"] = -0.5
        return self.op("Resize", [x, roi, empty, sizes], **attrs)

    def result(self, value, elem, shape, name="Identity:0"):
        self.node("Identity", value, out=name, name=name.split(":")[0])
        return self.output(name, elem, shape)
