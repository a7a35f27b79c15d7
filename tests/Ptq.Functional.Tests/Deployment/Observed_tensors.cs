using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Deployment;

/// <summary>Calibration writes tensors where others were; what it sees is what a run that keeps them all returns.</summary>
public class Observed_tensors
{
    [Theory]
    [InlineData("lenet_mnist")]
    [InlineData("resnet8_fashion")]
    [InlineData("mobile_fashion_bn")]
    [InlineData("resnet8_fashion_bn")]
    public void Are_those_of_a_run_that_keeps_them(string model)
    {
        var network = Networks.Read(model);
        var batches = Networks.Batches(network, Networks.Images(model, "calibration").Images.Rows(0, 30), 8).ToArray(); // the last one is shorter
        var seen = new Dictionary<string, Histogram>(StringComparer.Ordinal);
        foreach (var batch in batches)
            Right(Right(NetworkEngine.Prepare(network, batch.Map((_, x) => x.Shape))).Run(batch, (name, value) =>
            {
                if (value.Type.IsFloat) seen[name] = seen.GetValueOrDefault(name, Histogram.Empty).Combine(Histogram.Of(value.Floats.Span));
            }));
        var names = Values.From(seen.Keys);

        var observed = Right(NetworkCalibration.Observe(network, names, batches));
        Assert.All(seen, tensor => Assert.Equal(tensor.Value, observed[tensor.Key]));
        Assert.Equal(observed, Right(NetworkCalibration.Observe(network, names, batches, threads: 2)));

        var ends = Right(NetworkCalibration.Observe(network, names, batches, endsOnly: true));
        Assert.All(seen, tensor => Assert.Equal((tensor.Value.Minimum, tensor.Value.Maximum, 2L * batches.Length), (ends[tensor.Key].Minimum, ends[tensor.Key].Maximum, ends[tensor.Key].Count)));
    }
}
