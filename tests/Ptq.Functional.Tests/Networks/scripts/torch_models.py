"""Networks exported by torch.onnx.export (TorchScript exporter)."""
import functools
import io
import warnings
import zlib

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import nn

import common
from common import Weights, save_fixture

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


def fixture(func):
    """Registers a function; torch is seeded anew for each, so that any subset gives the same models."""
    @functools.wraps(func)
    def seeded():
        torch.manual_seed(zlib.crc32(func.__name__.encode()))
        func()
    return common.fixture(seeded)


def prepare(module, seed):
    """Seeded He weights and realistic batch-norm statistics."""
    torch.manual_seed(seed)
    rng = np.random.RandomState(seed)
    for m in module.modules():
        if isinstance(m, (nn.Conv1d, nn.Conv2d)):
            nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
        elif isinstance(m, (nn.ConvTranspose1d, nn.ConvTranspose2d)):
            nn.init.normal_(m.weight, std=(2.0 / (m.in_channels * 4)) ** 0.5)
        elif isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.InstanceNorm2d, nn.LayerNorm, nn.GroupNorm)):
            if m.weight is not None:
                n = m.weight.numel()
                m.weight.data = torch.tensor(rng.uniform(0.6, 1.4, n), dtype=m.weight.dtype).reshape(m.weight.shape)
                m.bias.data = torch.tensor(rng.randn(n) * 0.2, dtype=m.bias.dtype).reshape(m.bias.shape)
            if getattr(m, "running_mean", None) is not None:
                n = m.running_mean.numel()
                m.running_mean.copy_(torch.tensor(rng.randn(n) * 0.3))
                m.running_var.copy_(torch.tensor(rng.uniform(0.3, 1.8, n)))
    return module.eval()


def export(name, module, sets, opset, features, *, seed=1, inputs=("input",), outputs=("output",),
           dynamic=None, prepared=False, dtype=None, **kw):
    """Exports with the first set; sets are tuples of arrays."""
    if not prepared:
        module = prepare(module, seed)
    if dtype:
        module = module.to(dtype)
    sets = [s if isinstance(s, tuple) else (s,) for s in sets]
    args = tuple(torch.from_numpy(a) for a in sets[0])
    buffer = io.BytesIO()
    torch.onnx.export(module, args, buffer, opset_version=opset, input_names=list(inputs),
                      output_names=list(outputs), dynamic_axes=dynamic, **kw)
    model = onnx.load_from_string(buffer.getvalue())
    if dynamic:
        features = list(features) + ["dynamic axes"]
    save_fixture(name, model, [dict(zip(inputs, s)) for s in sets], features)


def nchw(names=("input",), outs=("output",), hw=True):
    axes = {0: "batch", 2: "height", 3: "width"} if hw else {0: "batch"}
    return {**{n: dict(axes) for n in names}, **{n: {0: "batch"} for n in outs}}


class ConvBn(nn.Sequential):
    def __init__(self, i, o, k=3, s=1, g=1, act=nn.ReLU, d=1, bias=False):
        layers = [nn.Conv2d(i, o, k, s, (k - 1) // 2 * d, d, g, bias=bias), nn.BatchNorm2d(o)]
        if act is not None:
            layers.append(act())
        super().__init__(*layers)


class SqueezeExcite(nn.Module):
    def __init__(self, c, r=4, gate=nn.Hardsigmoid, act=nn.ReLU):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1, self.fc2 = nn.Conv2d(c, c // r, 1), nn.Conv2d(c // r, c, 1)
        self.act, self.gate = act(), gate()

    def forward(self, x):
        return x * self.gate(self.fc2(self.act(self.fc1(self.pool(x)))))


class Inverted(nn.Module):
    def __init__(self, i, mid, o, k, s, act, se=None):
        super().__init__()
        layers = [ConvBn(i, mid, 1, act=act)] if mid != i else []
        layers.append(ConvBn(mid, mid, k, s, mid, act))
        if se:
            layers.append(se(mid))
        layers.append(ConvBn(mid, o, 1, act=None))
        self.body = nn.Sequential(*layers)
        self.skip = s == 1 and i == o

    def forward(self, x):
        return x + self.body(x) if self.skip else self.body(x)


@fixture
def torch_mobilenet_v3():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            h = nn.Hardswish
            self.features = nn.Sequential(
                ConvBn(3, 8, 3, 2, act=h), Inverted(8, 16, 8, 3, 2, nn.ReLU, SqueezeExcite),
                Inverted(8, 24, 8, 5, 1, h, SqueezeExcite), Inverted(8, 24, 12, 5, 2, h), ConvBn(12, 32, 1, act=h))
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.classifier = nn.Sequential(nn.Linear(32, 48), h(), nn.Dropout(0.2), nn.Linear(48, 10))

        def forward(self, x):
            return self.classifier(torch.flatten(self.pool(self.features(x)), 1))
    w = Weights(61)
    for opset in (9, 11, 13, 16):
        fold = opset != 13
        export(f"torch_mobilenetv3_op{opset}", Net(), [w.image(1, 3, 32, 32), w.image(2, 3, 48, 40)], opset,
               ["hard-swish as " + ("HardSwish op" if opset >= 14 else "HardSigmoid+Mul"), "squeeze-excite", "depthwise", "Flatten", "Gemm",
                "BN folded" if fold else "BN kept (training=PRESERVE, no folding)"],
               dynamic=nchw(), **({} if fold else dict(training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)))


@fixture
def torch_efficientnet():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            def se(c):
                return SqueezeExcite(c, 4, nn.Sigmoid, nn.SiLU)
            self.features = nn.Sequential(ConvBn(3, 8, 3, 2, act=nn.SiLU), Inverted(8, 8, 8, 3, 1, nn.SiLU, se),
                                          Inverted(8, 24, 12, 5, 2, nn.SiLU, se), Inverted(12, 36, 12, 3, 1, nn.SiLU, se), ConvBn(12, 32, 1, act=nn.SiLU))
            self.head = nn.Linear(32, 10)

        def forward(self, x):
            return F.softmax(self.head(self.features(x).mean([2, 3])), dim=1)
    w = Weights(62)
    for opset in (11, 13):
        export(f"torch_efficientnet_op{opset}", Net(), [w.image(1, 3, 32, 32), w.image(2, 3, 40, 32)], opset,
               ["SiLU as Sigmoid+Mul", "squeeze-excite sigmoid", "ReduceMean", "Softmax"], dynamic=nchw())


class Basic(nn.Module):
    def __init__(self, i, o, s=1):
        super().__init__()
        self.c1, self.c2 = ConvBn(i, o, 3, s), ConvBn(o, o, 3, act=None)
        self.down = ConvBn(i, o, 1, s, act=None) if s != 1 or i != o else None

    def forward(self, x):
        y = self.c2(self.c1(x))
        return F.relu(y + (x if self.down is None else self.down(x)))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.layers = nn.Sequential(Basic(8, 8), Basic(8, 16, 2), Basic(16, 32, 2))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        y = F.adaptive_avg_pool2d(self.layers(self.stem(x)), 1)
        return self.fc(y.view(y.size(0), -1))


@fixture
def torch_resnet():
    w = Weights(63)
    keep = dict(training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    for name, opset, kw in (("folded_op11", 11, {}), ("bn_op9", 9, dict(keep, keep_initializers_as_inputs=True)), ("bn_op13", 13, keep), ("bn_op16", 16, keep)):
        export(f"torch_resnet_{name}", ResNet(), [w.image(1, 3, 32, 32), w.image(3, 3, 48, 32)], opset,
               ["residual", "MaxPool", "view with run-time batch (Shape/Gather/Unsqueeze/Concat/Reshape)", "Gemm transB",
                "BN folded" if not kw else "BN kept", *(["initializers also inputs"] if "keep_initializers_as_inputs" in kw else [])],
               dynamic=nchw(), **kw)


@fixture
def torch_unet():
    class Net(nn.Module):
        def __init__(self, mode):
            super().__init__()
            self.mode = mode
            self.d1, self.d2, self.d3 = ConvBn(3, 8), ConvBn(8, 12), ConvBn(12, 16)
            if mode == "transposed":
                self.up2, self.up1 = nn.ConvTranspose2d(16, 12, 2, 2), nn.ConvTranspose2d(12, 8, 3, 2, 1, 1)
            else:
                self.up2, self.up1 = nn.Conv2d(16, 12, 1), nn.Conv2d(12, 8, 1)
            self.m2, self.m1, self.out = ConvBn(24, 12), ConvBn(16, 8), nn.Conv2d(8, 2, 1)

        def up(self, layer, x, like):
            if self.mode == "transposed":
                return layer(x)
            x = layer(x)
            if self.mode == "nearest":
                return F.interpolate(x, size=like.shape[2:], mode="nearest")
            if self.mode == "scale":
                return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
            if self.mode == "corners":
                return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=True)
            return F.interpolate(x, size=like.shape[2:], mode="bicubic", align_corners=False)

        def forward(self, x):
            a = self.d1(x)
            b = self.d2(F.max_pool2d(a, 2))
            c = self.d3(F.max_pool2d(b, 2))
            y = self.m2(torch.cat([self.up(self.up2, c, b), b], 1))
            y = self.m1(torch.cat([self.up(self.up1, y, a), a], 1))
            return torch.sigmoid(self.out(y))
    w = Weights(64)
    for mode, opset in (("transposed", 9), ("transposed", 13), ("nearest", 9), ("nearest", 11), ("scale", 11), ("corners", 13), ("cubic", 16)):
        odd = mode in ("nearest", "corners", "cubic") and opset > 9
        second = w.image(2, 3, 38, 42) if odd else w.image(2, 3, 40, 48)
        dynamic = nchw() if not (mode == "nearest" and opset == 9) else {"input": {0: "batch"}, "output": {0: "batch"}}
        if mode == "nearest" and opset == 9:
            second = w.image(2, 3, 32, 32)
        export(f"torch_unet_{mode}_op{opset}", Net(mode), [w.image(1, 3, 32, 32), second], opset,
               {"transposed": ["ConvTranspose 2x2 s2", "ConvTranspose with output_padding"],
                "nearest": ["Upsample nearest" if opset == 9 else "Resize nearest by sizes from Shape"],
                "scale": ["Resize linear half_pixel (pytorch_half_pixel) by scales"], "corners": ["Resize linear align_corners by sizes"],
                "cubic": ["Resize cubic by sizes"]}[mode] + ["U-Net", "skip Concat", "MaxPool"], dynamic=dynamic)


class Vit(nn.Module):
    """Tiny vision transformer; attention by nn.MultiheadAttention or by a fused qkv projection."""

    def __init__(self, mha=False, c=16, heads=2):
        super().__init__()
        self.c, self.heads, self.mha = c, heads, mha
        self.patch = nn.Conv2d(3, c, 8, 8)
        self.token = nn.Parameter(torch.randn(1, 1, c) * 0.5)
        self.pos = nn.Parameter(torch.randn(1, 17, c) * 0.3)
        self.blocks = nn.ModuleList()
        for _ in range(2):
            b = nn.ModuleDict(dict(n1=nn.LayerNorm(c), n2=nn.LayerNorm(c), f1=nn.Linear(c, 2 * c), f2=nn.Linear(2 * c, c)))
            if mha:
                b["attn"] = nn.MultiheadAttention(c, heads, batch_first=True)
            else:
                b["qkv"], b["proj"] = nn.Linear(c, 3 * c), nn.Linear(c, c)
            self.blocks.append(b)
        self.norm, self.head = nn.LayerNorm(c), nn.Linear(c, 10)

    def attend(self, b, y):
        if self.mha:
            return b["attn"](y, y, y, need_weights=False)[0]
        n, l, c = y.shape
        q, k, v = b["qkv"](y).reshape(n, l, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        a = (q @ k.transpose(-2, -1)) * (c // self.heads) ** -0.5
        return b["proj"]((a.softmax(-1) @ v).transpose(1, 2).reshape(n, l, c))

    def forward(self, x):
        y = self.patch(x).flatten(2).transpose(1, 2)
        y = torch.cat([self.token.expand(y.shape[0], -1, -1), y], 1) + self.pos
        for b in self.blocks:
            y = y + self.attend(b, b["n1"](y))
            y = y + b["f2"](F.gelu(b["f1"](b["n2"](y))))
        return self.head(self.norm(y)[:, 0])


@fixture
def torch_vit():
    w = Weights(65)
    for mha, opset in ((False, 9), (False, 11), (False, 13), (True, 16), (False, 17)):
        export(f"torch_vit_{'mha' if mha else 'qkv'}_op{opset}", Vit(mha), [w.image(1, 3, 32, 32), w.image(3, 3, 32, 32)], opset,
               ["LayerNorm " + ("as LayerNormalization" if opset >= 17 else "decomposed (ReduceMean/Sub/Pow/...)"), "GELU by Erf",
                "attention with " + ("nn.MultiheadAttention" if mha else "fused qkv (Reshape/Transpose/Split or Gather)"), "class token Expand"],
               dynamic={"input": {0: "batch"}, "output": {0: "batch"}}, training=torch.onnx.TrainingMode.EVAL)


@fixture
def torch_shufflenet():
    class Unit(nn.Module):
        def __init__(self, c, s):
            super().__init__()
            self.s = s
            h = c // 2 if s == 1 else c
            self.right = nn.Sequential(ConvBn(h, h, 1), ConvBn(h, h, 3, s, h, None), ConvBn(h, h, 1))
            self.left = nn.Sequential(ConvBn(h, h, 3, s, h, None), ConvBn(h, h, 1)) if s == 2 else None

        def forward(self, x):
            if self.s == 1:
                a, b = x.chunk(2, dim=1)
                y = torch.cat([a, self.right(b)], 1)
            else:
                y = torch.cat([self.left(x), self.right(x)], 1)
            n, c, h, w = y.size()
            return y.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(ConvBn(3, 8, 3, 2), Unit(8, 2), Unit(16, 1), Unit(16, 1), ConvBn(16, 24, 1))
            self.fc = nn.Linear(24, 6)

        def forward(self, x):
            return F.log_softmax(self.fc(self.body(x).mean(3).mean(2)), dim=1)
    w = Weights(66)
    for opset in (9, 11, 13):
        export(f"torch_shufflenet_op{opset}", Net(), [w.image(1, 3, 32, 32), w.image(2, 3, 48, 40)], opset,
               ["channel shuffle with Shape/Gather/Div/Concat", "chunk as Slice or Split", "depthwise", "LogSoftmax"], dynamic=nchw())


@fixture
def torch_conv1d():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.b1 = nn.Conv1d(2, 8, 7, 2, 3), nn.BatchNorm1d(8)
            self.c2 = nn.Conv1d(8, 8, 3, 1, 2, dilation=2, groups=2)
            self.c3 = nn.Conv1d(8, 12, 5, 1, 2)
            self.t = nn.ConvTranspose1d(12, 6, 4, 2, 1)
            self.lin = nn.Linear(6, 5)

        def forward(self, x):
            y = F.relu(self.b1(self.c1(x)))
            y = torch.tanh(self.c2(y)) * torch.sigmoid(self.c2(y)) + y
            y = F.max_pool1d(self.c3(y), 3, 2, 1)
            y = F.leaky_relu(self.t(y), 0.1)
            y = F.avg_pool1d(y, 2)
            return F.log_softmax(self.lin(y.transpose(1, 2)), -1)
    w = Weights(67)
    for opset in (9, 13):
        export(f"torch_conv1d_op{opset}", Net(), [w.image(1, 2, 64), w.image(3, 2, 96)], opset,
               ["Conv1d", "ConvTranspose1d", "MaxPool1d", "AveragePool1d", "dilated and grouped", "gated tanh*sigmoid", "weights shared by two nodes", "LogSoftmax axis 2"],
               dynamic={"input": {0: "batch", 2: "time"}, "output": {0: "batch", 1: "time"}})


@fixture
def torch_style_transfer():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.p1, self.c1 = nn.ReflectionPad2d(2), nn.Conv2d(3, 8, 5)
            self.n1, self.a1 = nn.InstanceNorm2d(8, affine=True), nn.PReLU(8)
            self.p2, self.c2 = nn.ReplicationPad2d(1), nn.Conv2d(8, 12, 3, 2)
            self.n2, self.a2 = nn.InstanceNorm2d(12, affine=False), nn.LeakyReLU(0.2)
            self.p3, self.c3, self.a3 = nn.ZeroPad2d((1, 2, 0, 1)), nn.Conv2d(12, 8, (2, 4)), nn.ELU(0.7)
            self.gn = nn.GroupNorm(4, 8)
            self.p4, self.c4 = nn.ConstantPad2d(1, 0.25), nn.Conv2d(8, 3, 3)

        def forward(self, x):
            y = self.a1(self.n1(self.c1(self.p1(x))))
            y = self.a2(self.n2(self.c2(self.p2(y))))
            y = F.interpolate(self.a3(self.c3(self.p3(y))), scale_factor=2, mode="nearest")
            return torch.tanh(self.c4(self.p4(self.gn(y))))
    w = Weights(68)
    for opset in (9, 11, 16):
        dynamic = {"input": {0: "batch"}, "output": {0: "batch"}} if opset == 9 else nchw()
        export(f"torch_style_op{opset}", Net(), [w.image(1, 3, 24, 24), w.image(2, 3, 24, 24) if opset == 9 else w.image(1, 3, 32, 28)], opset,
               ["InstanceNorm affine and plain", "GroupNorm", "Pad reflect/edge/constant", "asymmetric pad", "PRelu", "LeakyRelu", "Elu", "Upsample/Resize nearest"],
               dynamic=dynamic)


@fixture
def torch_super_resolution():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c2, self.c3 = nn.Conv2d(1, 16, 5, padding=2), nn.Conv2d(16, 16, 3, padding=1), nn.Conv2d(16, 4, 3, padding=1)
            self.up = nn.PixelShuffle(2)
            self.unshuffle = nn.PixelUnshuffle(2)

        def forward(self, x):
            y = self.up(self.c3(F.relu(self.c2(F.relu(self.c1(x))))))
            return y + 0.1 * self.up(self.unshuffle(y))
    w = Weights(69)
    for opset in (9, 13):
        export(f"torch_superres_op{opset}", Net(), [w.image(1, 1, 16, 16), w.image(2, 1, 20, 24)], opset,
               ["PixelShuffle as DepthToSpace CRD or Reshape/Transpose", "PixelUnshuffle"], dynamic=nchw())


@fixture
def torch_dense_inception():
    class Net(nn.Module):
        def __init__(self, ceil):
            super().__init__()
            self.ceil = ceil
            self.stem = ConvBn(3, 8, 3, 2)
            self.d1 = nn.Sequential(nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 3, padding=1))
            self.d2 = nn.Sequential(nn.BatchNorm2d(12), nn.ReLU(), nn.Conv2d(12, 4, 3, padding=1))
            self.trans = nn.Sequential(nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 12, 1), nn.AvgPool2d(2, 2))
            self.b1, self.b2 = ConvBn(12, 6, 1), nn.Sequential(ConvBn(12, 4, 1), nn.Conv2d(4, 6, (1, 3), padding=(0, 1)), nn.Conv2d(6, 6, (3, 1), padding=(1, 0)))
            self.b3 = nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), nn.Conv2d(12, 4, 1))
            self.b4 = nn.MaxPool2d(3, 1, 1)
            self.grouped, self.dilated = nn.Conv2d(28, 16, 3, padding=1, groups=4), nn.Conv2d(16, 12, 3, padding=3, dilation=3)
            self.pool = nn.AdaptiveAvgPool2d((2, 2))
            self.fc = nn.Linear(48, 7)

        def forward(self, x):
            x = self.stem(x)
            x = torch.cat([x, self.d1(x)], 1)
            x = torch.cat([x, self.d2(x)], 1)
            x = self.trans(x)
            x = torch.cat([self.b1(x), self.b2(x), self.b3(x), self.b4(x)], 1)
            x = F.relu6(self.dilated(F.relu(self.grouped(x))))
            x = F.max_pool2d(x, 3, 2, padding=0 if self.ceil else 1, ceil_mode=self.ceil)
            return self.fc(torch.flatten(self.pool(x), 1))
    w = Weights(70)
    for opset in (9, 13):
        # the adaptive pool needs a static size
        kw = dict(dynamic={"input": {0: "batch"}, "output": {0: "batch"}})
        export(f"torch_inception_op{opset}", Net(ceil=opset > 9), [w.image(1, 3, 34, 34), w.image(2, 3, 34, 34)], opset,
               ["pre-activation BN (not foldable into the conv before)", "inception Concat", "AveragePool count_include_pad 0", "1x3 and 3x1 conv",
                "grouped", "dilation 3", "AdaptiveAvgPool 2x2 as AveragePool", "Relu6"] + (["MaxPool ceil_mode"] if opset > 9 else []), **kw)


@fixture
def torch_two_inputs():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.image = nn.Sequential(ConvBn(3, 8, 3, 2), ConvBn(8, 8, 3, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten())
            self.tab = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 8))
            self.mix = nn.Bilinear(8, 8, 6)
            self.out = nn.Linear(22, 3)

        def forward(self, image, features):
            a, b = self.image(image), self.tab(features)
            m = torch.einsum("bi,bj->bij", a, b).mean(2)[:, :6]
            y = torch.cat([a, b, m], 1)
            return self.out(y), torch.sigmoid((a * b).sum(1, keepdim=True))
    w = Weights(71)
    export("torch_two_inputs_op13", Net(), [(w.image(1, 3, 24, 24), w.normal(1, 6)), (w.image(4, 3, 24, 24), w.normal(4, 6))], 13,
           ["two inputs", "two outputs", "BatchNorm1d on 2-D", "Einsum", "ReduceSum with axes input", "Slice"],
           inputs=("image", "features"), outputs=("scores", "match"), dynamic={n: {0: "batch"} for n in ("image", "features", "scores", "match")})


@fixture
def torch_detection():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c2, self.c3 = ConvBn(3, 8, 3, 2, act=nn.SiLU), ConvBn(8, 16, 3, 2, act=nn.SiLU), ConvBn(16, 16, 3, 2, act=nn.SiLU)
            self.lat = nn.Conv2d(16, 16, 1)
            self.heads = nn.ModuleList([nn.Conv2d(16, 3 * 8, 1), nn.Conv2d(16, 3 * 8, 1)])
            self.register_buffer("anchors", torch.tensor([[[4., 6], [8, 8], [12, 6]], [[12, 16], [20, 20], [30, 18]]]))

        def forward(self, x):
            p2 = self.c2(self.c1(x))
            p3 = self.c3(p2)
            p2 = p2 + F.interpolate(self.lat(p3), scale_factor=2.0, mode="nearest")
            z = []
            raw = []
            for i, (f, head) in enumerate(zip((p2, p3), self.heads)):
                y = head(f)
                raw.append(y)
                n, _, h, w = y.shape
                y = y.view(n, 3, 8, h, w).permute(0, 1, 3, 4, 2).contiguous()
                gy, gx = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
                grid = torch.stack((gx, gy), 2).view(1, 1, h, w, 2).float()
                y = y.sigmoid()
                xy = (y[..., 0:2] * 2 - 0.5 + grid) * (4 * 2 ** i)
                wh = (y[..., 2:4] * 2) ** 2 * self.anchors[i].view(1, 3, 1, 1, 2)
                z.append(torch.cat((xy, wh, y[..., 4:]), -1).view(n, -1, 8))
            return torch.cat(z, 1), raw[0], raw[1]
    w = Weights(72)
    for opset in (11, 13):
        export(f"torch_yolo_op{opset}", Net(), [w.image(1, 3, 32, 32), w.image(2, 3, 48, 64)], opset,
               ["YOLO head", "three outputs", "grid by Range/Expand/Stack", "Slice on the last axis", "Pow", "5-D Transpose", "Resize nearest scales", "SiLU"],
               outputs=("detections", "raw0", "raw1"), dynamic=nchw(outs=("detections", "raw0", "raw1")))


@fixture
def torch_autoencoder():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.enc = nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1), nn.ELU(), nn.Conv2d(8, 16, 3, 2, 1), nn.Softplus(), nn.Flatten(), nn.Linear(16 * 49, 12))
            self.lin = nn.Linear(12, 16 * 49)
            self.dec = nn.Sequential(nn.ConvTranspose2d(16, 8, 4, 2, 1), nn.SELU(), nn.ConvTranspose2d(8, 8, 3, 2, 1, 1, groups=2), nn.Hardtanh(-1, 1), nn.Conv2d(8, 1, 3, padding=1))

        def forward(self, x):
            z = self.enc(x)
            y = self.dec(F.relu(self.lin(z)).view(-1, 16, 7, 7))
            return torch.sigmoid(y), z
    w = Weights(73)
    for opset in (9, 16):
        export(f"torch_autoencoder_op{opset}", Net(), [w.image(1, 1, 28, 28), w.image(4, 1, 28, 28)], opset,
               ["ConvTranspose 4x4 s2 p1", "grouped ConvTranspose", "Elu", "Softplus", "Selu", "Hardtanh as Clip", "Reshape from vector", "two outputs"],
               outputs=("reconstruction", "code"), dynamic={n: {0: "batch"} for n in ("input", "reconstruction", "code")})


@fixture
def torch_ops_mix():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.c = nn.Conv2d(4, 8, 3, padding=1)
            self.scale = nn.Parameter(torch.rand(8) + 0.5)
            self.out = nn.Conv2d(12, 4, 1)

        def forward(self, x, mask):
            h, w = x.shape[2], x.shape[3]
            y = self.c(F.pad(x, (0, w % 2, 0, h % 2)))[:, :, :h, :w]
            a, b, c = torch.split(y, [2, 2, 4], dim=1)
            a = a.masked_fill(mask, -1.0)
            b = torch.where(b > 0, b, b.abs() * 0.1)
            c = c * self.scale[4:].view(1, -1, 1, 1).expand_as(c)
            d = x.mean(dim=(2, 3), keepdim=True).repeat(1, 1, h, w)
            y = torch.cat([a, b, c, d], 1)
            y = self.out(y) + torch.clamp(y[:, :4], min=-0.5)
            top = y.amax(dim=1, keepdim=True)
            norm = torch.sqrt((y * y).sum(1, keepdim=True) + 1e-6)
            y = y / norm
            low, high = torch.min(y, top), torch.max(y, -top)
            return torch.cat([low, high], 1).permute(0, 2, 3, 1), y.argmax(1), (y > 0).float().mean()
    w = Weights(74)
    m = w.rng.rand(1, 1, 15, 18) > 0.7
    m2 = w.rng.rand(2, 1, 16, 21) > 0.7
    for opset in (11, 13):
        dynamic = nchw(("input", "mask"), ("output", "labels"))
        export(f"torch_opsmix_op{opset}", Net(), [(w.image(1, 4, 15, 18), m), (w.image(2, 4, 16, 21), m2)], opset,
               ["bool input", "Pad with computed sizes", "split/where/masked_fill/repeat/expand", "Clip with one bound", "ReduceMax", "ArgMax", "Min/Max of two tensors",
                "scalar output", "int64 output"], inputs=("input", "mask"), outputs=("output", "labels", "fraction"), dynamic=dynamic)


class TextEncoder(nn.Module):
    def __init__(self, c=16, heads=2):
        super().__init__()
        self.heads = heads
        self.emb, self.pos = nn.Embedding(40, c, padding_idx=0), nn.Embedding(24, c)
        self.layers = nn.ModuleList([nn.ModuleDict(dict(q=nn.Linear(c, c), k=nn.Linear(c, c), v=nn.Linear(c, c), o=nn.Linear(c, c),
                                                        n1=nn.LayerNorm(c), n2=nn.LayerNorm(c), f1=nn.Linear(c, 2 * c), f2=nn.Linear(2 * c, c))) for _ in range(2)])
        self.out = nn.Linear(c, 40, bias=False)

    def forward(self, tokens):
        n, l = tokens.shape
        y = self.emb(tokens) * 4.0 + self.pos(torch.arange(l, device=tokens.device).unsqueeze(0))
        pad = (tokens == 0).unsqueeze(1).unsqueeze(2)
        for b in self.layers:
            def split(t):
                return t.view(n, l, self.heads, -1).transpose(1, 2)
            q, k, v = split(b["q"](y)), split(b["k"](y)), split(b["v"](y))
            a = torch.matmul(q, k.transpose(-1, -2)) / (q.shape[-1] ** 0.5)
            a = a.masked_fill(pad, float("-inf"))
            o = torch.matmul(F.softmax(a, -1), v).transpose(1, 2).contiguous().view(n, l, -1)
            y = b["n1"](y + b["o"](o))
            y = b["n2"](y + b["f2"](F.relu(b["f1"](y))))
        return F.log_softmax(self.out(y), dim=-1)


@fixture
def torch_text():
    w = Weights(75)
    for opset in (9, 11, 13, 16):
        a, b = w.ints(1, 9, low=1, high=40), w.ints(3, 12, low=1, high=40)
        b[1, 7:] = 0
        export(f"torch_text_op{opset}", TextEncoder(), [a, b], opset,
               ["int64 tokens", "Gather", "masked_fill with -inf (Where)", "attention", "LayerNorm decomposed", "MatMul without bias", "LogSoftmax", "Range positions"],
               inputs=("tokens",), outputs=("log_probs",), dynamic={"tokens": {0: "batch", 1: "length"}, "log_probs": {0: "batch", 1: "length"}})


@fixture
def torch_encoder_layer():
    """nn.TransformerEncoderLayer, sequence first."""
    w = Weights(76)
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, activation="gelu", norm_first=True)
    net = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    export("torch_transformer_op14", net, [w.normal(6, 1, 16), w.normal(9, 3, 16)], 14,
           ["nn.TransformerEncoder (sequence first)", "in_proj split by Slice/Gather", "Baddbmm or MatMul+Mul", "LayerNorm decomposed"],
           dynamic={"input": {0: "length", 1: "batch"}, "output": {0: "length", 1: "batch"}})


@fixture
def torch_squeeze_if():
    """squeeze(dim) of an axis whose size is unknown becomes an If node."""
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.c = nn.Conv2d(3, 6, (4, 3), padding=(0, 1))

        def forward(self, x):
            return F.relu(self.c(x)).squeeze(2).transpose(-1, -2)
    w = Weights(78)
    export("torch_squeeze_if_op13", Net(), [w.image(1, 3, 4, 16), w.image(2, 3, 4, 24)], 13, ["Squeeze as If(Equal(Gather(Shape))) with two subgraphs"],
           dynamic={"input": {0: "batch", 2: "height", 3: "width"}, "output": {0: "batch"}})


@fixture
def torch_conv3d():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.b1, self.c2 = nn.Conv3d(1, 6, 3, (1, 2, 2), 1), nn.BatchNorm3d(6), nn.Conv3d(6, 8, (1, 3, 3), padding=(0, 1, 1))
            self.t = nn.ConvTranspose3d(8, 4, 2, 2)

        def forward(self, x):
            y = F.max_pool3d(F.relu(self.b1(self.c1(x))), 2)
            return self.t(F.relu(self.c2(y))), F.adaptive_avg_pool3d(y, 1).flatten(1)
    w = Weights(79)
    export("torch_conv3d_op13", Net(), [w.image(1, 1, 4, 16, 16), w.image(2, 1, 4, 24, 16)], 13, ["Conv 3-D", "ConvTranspose 3-D", "MaxPool 3-D", "GlobalAveragePool 3-D"],
           outputs=("output", "pooled"), dynamic={"input": {0: "batch", 3: "height", 4: "width"}, "output": {0: "batch"}, "pooled": {0: "batch"}})


@fixture
def torch_recurrent():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = ConvBn(1, 8, 3, 2)
            self.gru = nn.GRU(8, 10, bidirectional=True, batch_first=True)
            self.lstm = nn.LSTM(20, 8)
            self.fc = nn.Linear(8, 12)

        def forward(self, x):
            y = self.conv(x).mean(2, keepdim=True).squeeze(2).permute(0, 2, 1)
            y, _ = self.gru(y)
            y, (h, c) = self.lstm(y.permute(1, 0, 2))
            return F.log_softmax(self.fc(y), 2), h
    w = Weights(77)
    export("torch_crnn_op11", Net(), [w.image(1, 1, 16, 32), w.image(2, 1, 16, 48)], 11,
           ["GRU bidirectional", "LSTM", "LSTM state output", "Squeeze", "ReduceMean or pool over height"], outputs=("log_probs", "hidden"),
           dynamic={"input": {0: "batch", 3: "width"}, "log_probs": {0: "time", 1: "batch"}, "hidden": {1: "batch"}})


if __name__ == "__main__":
    import sys
    from common import run_registered
    run_registered(sys.argv[1:])
