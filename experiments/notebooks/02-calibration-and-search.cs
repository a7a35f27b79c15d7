#:project ../../src/Ptq.Data/Ptq.Data.csproj
#:property PublishAot=false

// Walkthrough 2: calibration and search, one small step at a time, then on a real network.
//   dotnet run experiments/notebooks/02-calibration-and-search.cs

using System.Globalization;
using LanguageExt;
using Ptq.Calibration;
using Ptq.Data;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Evaluation;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Search;
using Ptq.Tensors;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Title("1. A percentile clips outliers for a finer scale");
var normals = new double[999];
Rng.FromSeed(0).FillStandardNormal(normals);
var sample = SortedSample.Of([.. normals.Select(v => (float)v), 40f]);
foreach (var rule in new RangeRule[] { new RangeRule.MinMax(), new RangeRule.Percentile(99.9), new RangeRule.Percentile(99) })
{
    var r = rule.Of(sample);
    var scale = Affine.Covering(AffineRule.Standard, r, symmetric: false, Grid.UInt8).Scale;
    Say($"{(rule is RangeRule.Percentile(var at) ? $"percentile {at}" : "min-max"),-16} [{r.Low,6:0.00}, {r.High,6:0.00}]  scale {scale:0.0000}");
}

Title("2. Simulated annealing in one dimension");
Say("score(p) = 100 − (p − 97.5)², from 99 at T = 2; p + normal(0, 0.7); accept if better or exp(Δ/T) > random()");
var rng = Rng.FromSeed(0);
var (current, temperature, best) = (99.0, 2.0, 99.0);
double Score(double q) => 100 - (q - 97.5) * (q - 97.5);
for (var step = 1; step <= 20; step++, temperature *= 0.95)
{
    (var shift, rng) = rng.Normal(0, 0.7);
    var gain = Score(current + shift) - Score(current);
    var accepted = gain > 0;
    if (!accepted)
    {
        (var threshold, rng) = rng.NextDouble(); // drawn only where nothing else decides
        accepted = Elementary.Exp(gain / Math.Max(temperature, 1e-6)) > threshold;
    }
    if (step % 5 == 0) Say($"step {step,2}: T = {temperature:0.000}, proposal {current + shift:0.0000} {(accepted ? "accepted" : "rejected")}");
    if (accepted) current += shift;
    if (Score(current) > Score(best)) best = current;
}
Say($"best p = {best:R}, score {Score(best):R}");

Title("3. A weight scheme is chosen by the error of what comes back");
var drawn = new double[4 * 4 * 3 * 3];
Rng.FromSeed(0).FillStandardNormal(drawn);
var weights = Tensor.Of(Shape.Of(4, 4, 3, 3), Values.From(drawn.Select(v => (float)v)));
foreach (var scheme in Scheme.Product)
{
    var fit = Affine.Fit(AffineRule.Standard, weights, scheme, Grid.Int8);
    var codes = Affine.Quantize(AffineRule.Standard, weights, fit);
    Say($"{scheme.Granularity.Name,-11} {(scheme.Symmetric ? "symmetric" : "asymmetric"),-10}  mean (w − ŵ)² = {Mean(weights.Data, Affine.Dequantize(codes, fit).Data):0.000E+0}   (against raw codes, {Mean(weights.Data, codes.Codes.Map(c => (float)c)):0.0} would measure nothing)");
}

Title("4. A network, quantized on 512 digits");
var data = Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "..", "data", "mnist");
var arrays = Right(Disk.ReadAll(Path.Combine(data, "baseline.npz")).Bind(bytes => Npz.Parse("baseline.npz", bytes))).Map((_, a) => a.ToTensor());
var network = Right(Graph.Create("inp", Shape.Of(1, 28, 28),
[
    new("c1", new Layer.Conv2d(arrays["c1.W"], arrays["c1.b"].Data, Window.Square(5)), "inp", "z1"), new("relu1", new Layer.Relu(), "z1", "a1"), new("pool1", new Layer.MaxPool2d(Window.Square(2, stride: 2)), "a1", "p1"),
    new("c2", new Layer.Conv2d(arrays["c2.W"], arrays["c2.b"].Data, Window.Square(5)), "p1", "z2"), new("relu2", new Layer.Relu(), "z2", "a2"), new("pool2", new Layer.MaxPool2d(Window.Square(2, stride: 2)), "a2", "p2"),
    new("flatten", new Layer.Flatten(), "p2", "flat"), new("fc1", new Layer.Linear(arrays["fc1.W"], arrays["fc1.b"].Data), "flat", "z3"), new("relu3", new Layer.Relu(), "z3", "a3"),
    new("fc2", new Layer.Linear(arrays["fc2.W"], arrays["fc2.b"].Data), "a3", "out"),
], "out"));
var calibration = Images("calibration");
var trace = FloatEngine.Compile(network).Trace(calibration.Images);
var schemes = ActivationScheme.Everywhere(network, ActivationScheme.UInt8);
var samples = Right(Observe.Samples(trace, schemes.Names));
var points = Observe.Points(AffineRule.Standard, schemes, samples, _ => new RangeRule.Percentile(99.9));
foreach (var name in points.Names) Say($"{name,-4} {points[name]}");
var choices = Right(WeightChoice.Greedy(network, trace, points, Scheme.Product, Grid.Int8));
foreach (var choice in choices.Items) Say($"{choice.Node,-4} {string.Join("  ", choice.Candidates.AsEnumerable().Select((c, i) => $"{(i == choice.Chosen ? "*" : " ")}{c.Error:0.000000}"))}");
var test = Images("test").First(2000);
var int8 = IntegerEngine.Compile(Right(QuantizedGraph.Create(network, points, choices.Map((_, c) => c.Params))));
Say($"top-1 on 2,000 test digits: FP32 {Percent(Accuracy.Predict(FloatEngine.Compile(network).Run(test.Images))):0.00} %, INT8 {Percent(Accuracy.Predict(int8.Run(test.Images))):0.00} %");

Title("5. Annealing its percentiles, five steps, stopped and resumed");
var search = Images("validation").First(500);
var space = new SearchSpace(schemes.Names, 90, 100, 0.7);
double Objective(Candidate candidate)
{
    var percentiles = space.ByPoint(candidate);
    var at = Observe.Points(AffineRule.Standard, schemes, samples, name => new RangeRule.Percentile(percentiles[name]));
    return Accuracy.Percent(search.Labels, Accuracy.Predict(IntegerEngine.Compile(Right(QuantizedGraph.Create(network, at, choices.Map((_, w) => w.Params)))).Run(search.Images)));
}
var anneal = new Anneal(space, new(1, 0.95, 1e-3), Accuracy.Percent(search.Labels, Accuracy.Predict(FloatEngine.Compile(network).Run(search.Images))), 2);
var chains = anneal.Run(anneal.Begin(space.Uniform(99.9), Objective, Rng.FromSeed(0)), Objective).Take(6).ToArray();
foreach (var chain in chains) Say($"step {chain.Step}: {chain.Last.Score:0.0} % {(chain.Last.Accepted ? "accepted" : "rejected")}, best {chain.BestScore:0.0} %");
Say($"resumed from step 2, step 5 is the same: {anneal.Run(chains[2], Objective).ElementAt(3) == chains[5]}");

LabelledImages Images(string split)
{
    IdxArray Read(string kind) => Right(Disk.ReadAll(Path.Combine(data, $"{split}-{kind}.idx.gz")).Bind(bytes => Idx.Parse(split, bytes)));
    var pixels = Read("images");
    return LabelledImages.Of(Tensor.Of(Shape.Of(pixels.Shape[0], 1, 28, 28), pixels.Data.Map(v => v / 255f)), Read("labels").Data.Map(v => (int)v));
}
double Percent(Values<int> predicted) => Accuracy.Percent(test.Labels, predicted);
static double Mean(Values<float> a, Values<float> b)
{
    var sum = 0.0;
    for (var i = 0; i < a.Length; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return sum / a.Length;
}
static T Right<T>(Either<PtqError, T> either) => either.IfLeft(e => throw new InvalidOperationException(e.Describe()));
static void Title(string text) => Console.WriteLine($"\n{text}");
static void Say(string text) => Console.WriteLine("  " + text);
