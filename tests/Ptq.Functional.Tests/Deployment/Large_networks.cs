using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Deployment;

/// <summary>Networks whose weights are too large to be in memory several times over.</summary>
public class Large_networks
{
    private static readonly ByName<Operand> Batch = LargeNetwork.Inputs(3);

    /// <summary>What is allocated on the whole way, freed or not, is no less than what is in memory at any moment; and other than that, it is the same in every run.</summary>
    [Fact]
    public void Go_from_file_to_file_with_less_than_two_and_a_half_times_their_weights_allocated_in_all()
    {
        var source = LargeNetwork.Of(1024, 10);
        var weights = 4 * source.Parameters;
        Assert.InRange(weights, 40L << 20, 60L << 20); // beyond the 32 MiB that would be packed at once
        var files = Right(OnnxFile.WriteFiles(source, "m.onnx.data", always: true));
        var model = files.Model.ToArray();
        Assert.InRange(model.Length, 1, 1 << 15);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var network = Right(OnnxFile.ReadFiles("m.onnx", model, location => location == "m.onnx.data" ? files.Data!.ToExternal() : new PtqError.NoAccess(location, "read", "another file")));
        var read = GC.GetAllocatedBytesForCurrentThread();
        Assert.InRange(read - before, weights, weights * 1.02);

        var plan = Right(QuantizationPlan.Of(network, Batch.Map((_, x) => x.Shape), []));
        var observations = Seen(plan);
        var quantized = Right(QuantizedNetwork.Create(plan, observations, QuantizationOptions.Default));
        var written = Right(OnnxFile.WriteFiles(quantized.ToQdq(), "q.onnx.data"));
        Assert.Equal(written.Length, written.Model.Pieces().Sum(piece => (long)piece.Length));
        Assert.InRange(written.Length, weights / 4, weights * 0.26);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, weights * 2.5);
        Assert.Equal(12, plan.Layers.Length);
    }

    /// <summary>Here and not on the threads of a pool, so that what it allocates is counted.</summary>
    private static ByName<Histogram> Seen(QuantizationPlan plan)
    {
        var seen = new Dictionary<string, Histogram>(StringComparer.Ordinal);
        Right(Right(NetworkEngine.Prepare(plan.Network, Batch.Map((_, x) => x.Shape))).Run(Batch, (name, value) =>
        {
            if (plan.Observed.Span.Contains(name)) seen[name] = Histogram.Of(value.Floats.Span);
        }));
        return ByName<Histogram>.Of(seen.Select(s => (s.Key, s.Value)));
    }

    [Fact]
    public void Compute_the_same_bits_whether_their_weights_are_packed_beforehand_or_when_they_are_used()
    {
        var source = LargeNetwork.Of(320, 5);
        var plan = Right(QuantizationPlan.Of(source, Batch.Map((_, x) => x.Shape), []));
        var observations = Right(NetworkCalibration.Observe(plan.Network, plan.Observed, [Batch]));
        var qdq = Right(QuantizedNetwork.Create(plan, observations, QuantizationOptions.Default)).ToQdq();
        foreach (var network in (Network[])[source, qdq, QOperatorForm.Of(qdq)])
        {
            var (ready, sparing) = (Right(NetworkEngine.Prepare(network, Batch.Map((_, x) => x.Shape), long.MaxValue)), Right(NetworkEngine.Prepare(network, Batch.Map((_, x) => x.Shape), 0)));
            Assert.Equal(Sights(ready), Sights(sparing));
            var name = network.Constants.Names.AsEnumerable().MaxBy(n => network.Constants[n].Shape.Count)!;
            Assert.Equal(Right(ready.Run(Batch, [name]))[name], Right(sparing.Run(Batch, [name]))[name]);
        }
    }

    // What follows from constants alone is not shown, packed or not.
    private static List<(string, Operand)> Sights(NetworkEngine engine)
    {
        var all = new List<(string, Operand)>();
        Right(engine.Run(Batch, (name, value) => all.Add((name, value))));
        return all;
    }

    [Fact]
    public void Are_run_on_fewer_threads_where_every_run_needs_the_room_of_a_large_layer()
    {
        Assert.Equal(8, NetworkEngine.ThreadsFor(LargeNetwork.Of(320, 5), 8));
        Assert.InRange(NetworkEngine.ThreadsFor(LargeNetwork.Of(1024, 12), 8), 2, 3);
        Assert.Equal(1, NetworkEngine.ThreadsFor(LargeNetwork.Of(3072, 1), 8));
    }
}
