#:project ../../src/Ptq.Data/Ptq.Data.csproj
#:property PublishAot=false

// Walkthrough 1: affine quantization and the integer engine, one small step at a time.
//   dotnet run experiments/notebooks/01-affine-and-engine.cs

using System.Globalization;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Title("1. A range becomes a scale and a zero point");
float[] x = [-1.2f, -0.1f, 0, 0.3f, 1.0f];
var range = Interval.Covering(x);
var p = Affine.Covering(AffineRule.Standard, range, symmetric: false, Grid.UInt8);
Say($"x                        = [{List(x)}]");
Say($"scale = (max x − min x) / (q_max − q_min) = ({range.High:0.#} − ({range.Low:0.#})) / 255 = {p.Scale:0.000000000}");
Say($"zero point = rne(q_min − min x / scale)   = {p.ZeroPoint}");

Title("2. Real numbers become codes, and come back");
int[] codes = [.. x.Select(v => Affine.Quantize(AffineRule.Standard, p, v))];
float[] back = [.. codes.Select(q => Affine.Dequantize(p, q))];
Say($"q = clamp(rne(x / scale) + z)            = [{string.Join(", ", codes)}]");
Say($"x̂ = scale · (q − z)                      = [{List(back)}]");
Say($"largest |x − x̂| = {x.Zip(back, (a, b) => Math.Abs(a - b)).Max():0.00000}, at most scale / 2 = {p.Scale / 2:0.00000}; zero comes back as {back[2]}");

Title("3. Signed codes want a real zero point");
var relu = Interval.Of(0, 4);
var standard = Affine.Covering(AffineRule.Standard, relu, symmetric: false, Grid.Int8);
var thesis = Affine.Covering(AffineRule.Thesis, relu, symmetric: false, Grid.Int8);
Say($"the range [0, 4] on −128 … 127: zero point {standard.ZeroPoint}, so 4 becomes {Affine.Quantize(AffineRule.Standard, standard, 4)} and returns as {Affine.Dequantize(standard, Affine.Quantize(AffineRule.Standard, standard, 4)):0.###}");
Say($"the thesis keeps zero point {thesis.ZeroPoint}:           4 becomes {Affine.Quantize(AffineRule.Thesis, thesis, 4)} and returns as {Affine.Dequantize(thesis, Affine.Quantize(AffineRule.Thesis, thesis, 4)):0.###}: half the range is lost");

Title("4. Accumulators become codes");
var five = Requantizer.Create(Contract.Thesis, Params(0.05, 0, Grid.Int8), TensorParams.PerTensor(Params(0.02, 0, Grid.Int8)), 1, Params(0.03, 10, Grid.UInt8));
int[] sums = [-1000, -10, 0, 15, 1000];
Say("M = s_x · s_w / s_y = 0.05 · 0.02 / 0.03, z_y = 10");
Say($"clamp(rne(acc · M) + z_y) of [{string.Join(", ", sums)}] = [{string.Join(", ", sums.Select(a => five.Apply(a, 0)))}]");

Title("5. One product through the engine, with and without ReLU");
foreach (var withRelu in new[] { false, true })
{
    Values<Node> nodes = [new("c", new Layer.Conv2d(Tensor.Of(Shape.Of(1, 1, 1, 1), [0.25f]), [0], Window.Square(1)), "x", withRelu ? "z" : "y")];
    if (withRelu) nodes = [nodes[0], new("r", new Layer.Relu(), "z", "y")];
    var graph = Graph.Create("x", Shape.Of(1, 1, 1), nodes, "y").IfLeft(e => throw new InvalidOperationException(e.Describe()));
    var quantized = QuantizedGraph.Create(graph,
        ByName<AffineParams>.Of([("x", Params(0.02, 128, Grid.UInt8)), ("y", Params(0.04, 10, Grid.UInt8))]),
        ByName<TensorParams>.Of([("c", TensorParams.PerTensor(Params(0.05, 0, Grid.Int8)))])).IfLeft(e => throw new InvalidOperationException(e.Describe()));
    var y = IntegerEngine.Compile(quantized).Run(Tensor.Of(Shape.Of(1, 1, 1, 1), [-0.16f]));
    Say($"x_q = 120 (z_x = 128), w_q = 5: acc = (120 − 128) · 5 = −40, acc · 0.02 · 0.05 / 0.04 = −1 → code {y.Codes[0]}{(withRelu ? " after ReLU: never below the zero point" : "")}");
}

Title("6. Four contracts, where they part");
Say("acc · ½ with zero point 7: ties to even before the zero point, or upwards");
foreach (var contract in Enum.GetValues<Contract>())
{
    var r = Requantizer.Create(contract, Params(0.5, 0, Grid.Int8), TensorParams.PerTensor(Params(1, 0, Grid.Int8)), 1, Params(1, 7, Grid.UInt8));
    Say($"  {contract,-12} acc −3, −1, 1, 3 → {string.Join(", ", new[] { -3, -1, 1, 3 }.Select(a => r.Apply(a, 0)))}");
}

static AffineParams Params(double scale, int zero, Grid grid) =>
    AffineParams.Create(scale, zero, grid).Match(p => p, faults => throw new InvalidOperationException(string.Join("; ", faults.Select(f => f.Describe()))));
static string List(IEnumerable<float> xs) => string.Join(", ", xs);
static void Title(string text) => Console.WriteLine($"\n{text}");
static void Say(string text) => Console.WriteLine("  " + text);
