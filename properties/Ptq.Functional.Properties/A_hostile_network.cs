using System.Diagnostics;
using FsCheck;
using LanguageExt;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Properties.Framework;
using Ptq.Properties.Hostile;
using Ptq.Tensors;
using Xunit;
using Xunit.Abstractions;

namespace Ptq.Properties;

/// <summary>An ONNX file, whatever its bytes, is read, simplified, planned, prepared and run, or refused by an error that names the place.</summary>
public sealed class A_hostile_network(ITestOutputHelper log) : IDisposable
{
    private readonly Figures figures = new();
    private int prepared, ran, planned;
    private double worst;

    /// <summary>Of the file's length.</summary>
    private const int Multiple = 320;

    private static EngineLimits Limits { get; } = new(1 << 14, 1 << 18, 1 << 22);

    [Property(Arbitrary = [typeof(AnOnnxFile)], MaxTest = 1000)]
    public void Is_answered_on_its_whole_way(HostileFile file) => figures.Read(file, (name, bytes) => OnnxFile.Read(name, bytes, Beside), Multiple, 64 << 10).IfSome(network =>
    {
        var started = Stopwatch.GetTimestamp();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        Written(file, network);
        Runs(network, file.Draws());
        figures.Took(Stopwatch.GetElapsedTime(started));
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        worst = Math.Max(worst, (double)allocated / file.Bytes.Length);
        if (allocated > 2000 * file.Bytes.Length + 256 * Limits.Together) throw new InvalidOperationException($"{allocated} bytes allocated on the way of {file.Bytes.Length}.");
    });

    [Fact]
    public void Of_one_kind_of_field_costs_no_more()
    {
        foreach (var (name, file) in ((int[])[300, 3000, 9000]).SelectMany(DenseModels.All)) // tables double somewhere in between
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var answer = OnnxFile.Read(name, file);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated - (64 << 10);
            log.WriteLine($"{allocated / (double)file.Length,8:0.0} times {file.Length,8} bytes of {name}: {answer.Match(_ => "read", e => e.Describe())}");
            Assert.True(allocated <= (name.StartsWith("old", StringComparison.Ordinal) ? Multiple : 120) * file.Length, name); // nothing is rewritten from operator set 13 on
        }
    }

    public void Dispose() => log.WriteLine($"{figures}; then {prepared} prepared, {ran} ran, {planned} planned; {worst:0} times");

    // No more than what lies beside the model is asked for.
    private static Either<PtqError, ReadOnlyMemory<byte>> Beside(string location) =>
        Path.IsPathRooted(location) || location.Split('/', '\\').Contains("..") ? throw new InvalidOperationException($"'{location}' was asked for.")
        : location == "weights.bin" ? new ReadOnlyMemory<byte>(new byte[64]) : new PtqError.NoAccess($"x.onnx, {location}", "read", "there is no such file");

    private static void Written(HostileFile file, Model.Network network)
    {
        if (Expect.Right(OnnxFile.Read(file.Name, Expect.Right(OnnxFile.Write(network)))) != network) throw new InvalidOperationException("What was read is written as something else.");
    }

    private void Runs(Model.Network network, Drawn drawn)
    {
        if (network.Inputs.AsEnumerable().Any(p => p.Dims.AsEnumerable().Any(d => !d.IsFree && d.Length > 64) || p.Dims.Length > 6)) return;
        var shapes = ByName<Shape>.Of(network.Inputs.AsEnumerable().Select(p => (p.Name, Shape.Of([.. p.HasShape ? p.Dims.AsEnumerable().Select(d => d.IsFree ? drawn.Of(1, 1, 2, 4) : d.Length) : drawn.Each(drawn.From(0, 4), _ => drawn.From(1, 3))]))));
        if (shapes.Items.AsEnumerable().Any(s => s.Count > 1 << 14)) return;

        Answers(QuantizationPlan.Of(network, shapes, [], limits: Limits)).IfSome(_ => planned++);
        Answers(ImageGraph.Of(network));
        Answers(NetworkSurvey.Of(network, shapes, Limits));
        Answers(Simplification.Of(network, shapes, Limits));
        Answers(NetworkEngine.Prepare(network, shapes, Limits)).IfSome(engine =>
        {
            prepared++;
            var inputs = ByName<Operand>.Of(network.Inputs.AsEnumerable().Select(p => (p.Name, Input(p.Type, shapes[p.Name], drawn))));
            Answers(engine.Run(inputs)).IfSome(_ => ran++);
        });
    }

    private static Operand Input(ElementType type, Shape shape, Drawn drawn) => type.IsFloat
        ? Operand.Of(type, shape, Values.Of<float>(drawn.Reals(shape.Count)))
        : Operand.Of(type, shape, Values.Of<long>(drawn.Wholes(shape.Count, 0, type == ElementType.Bool ? 1 : 3)));

    private static Option<T> Answers<T>(Either<PtqError, T> answer) => answer.Match(Right: Prelude.Some, Left: error =>
    {
        Figures.Names("", error);
        return Option<T>.None;
    });

    public static class AnOnnxFile
    {
        public static Arbitrary<HostileFile> Files() => OnnxEdits.Format.Hostile();
    }
}
