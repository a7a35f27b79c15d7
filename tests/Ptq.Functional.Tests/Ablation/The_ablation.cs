using Ptq.Calibration;
using Ptq.Engine;
using Ptq.Experiments.Ablation;
using Ptq.Experiments.Commands;
using Ptq.Experiments.Data;
using Ptq.Model;
using Ptq.Quantization;
using Ptq.Tensors;
using Ptq.Tests.Architecture;
using Ptq.Tests.Thesis;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Ablation;

[Trait("Category", "Paths")]
public class The_ablation
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Writes_what_is_committed_with_any_number_of_threads(int threads)
    {
        var study = Right(AblationCommand.Load(Embedded.Baseline, threads));
        var files = AblationFiles.Of(study, Right(AblationRun.Execute(study, static (_, _) => { }))).ToArray();
        Assert.Equal(5, files.Length);
        Assert.All(files, file => Assert.Equal(Repository.Read("experiments", "results", file.Name), file.Text));
    }

    [OnlyWhere("PTQ_THESIS_WEIGHTS", "the thesis's results/baseline_fp32.npz")]
    public void Finds_the_thesis_gain_in_the_biases_that_it_drops()
    {
        var study = Right(AblationCommand.Load(Environment.GetEnvironmentVariable("PTQ_THESIS_WEIGHTS")!, Environment.ProcessorCount));
        AxisOutcome Of(Variant variant) => new("", "", variant, Right(study.Run(variant, static _ => { })));
        var rows = AblationTables.Axes(study, [Of(Variant.Base), Of(Variant.Base with { Bias = BiasRule.Dropped })]).ToArray();
        Assert.Equal([("87.19", "1"), ("86.86", "0.0002636"), ("87.87", "3.278E-09")], rows.Select(r => (r.Test, r.P)));
        Assert.Contains("| INT8, biases kept | 86.86 | 86.18–87.51 | −0.33 | 0.00026 |", Repository.Read("README.md"), StringComparison.Ordinal);
        Assert.Contains("| INT8, biases dropped | 87.87 | 87.22–88.50 | +0.68 | 3.3·10⁻⁹ |", Repository.Read("README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Varies_one_axis_at_a_time() => Assert.All(Variant.Axes, axis =>
    {
        var (v, plain) = (axis.Variant, Variant.Base);
        bool[] differs = [v.Weights != plain.Weights, v.WeightBits != plain.WeightBits, v.Activations != plain.Activations, v.Ranges != plain.Ranges, v.Fused != plain.Fused, v.Bias != plain.Bias];
        Assert.InRange(differs.Count(d => d), 0, axis.Axis == "weight bits" ? 2 : 1);
    });

    [Fact]
    public void Counts_bits_biases_scales_and_zero_points()
    {
        var graph = Right(Graph.Create("x", Shape.Of(3), [new("l", new Layer.Linear(Tensor.Of(Shape.Of(2, 3), [1, 2, 3, 4, 5, 6]), [1, 2]), "x", "y")], "y"));
        var points = ActivationScheme.Everywhere(graph, ActivationScheme.UInt8).Map((_, s) => Affine.Covering(AffineRule.Standard, Interval.Of(-1, 1), s.Symmetric, s.Grid));
        long SizeOf(Scheme scheme, int bits, BiasRule bias) => AblationTables.SizeOf(Right(QuantizedGraph.Create(graph, points,
            ByName<TensorParams>.Of([("l", Affine.Fit(AffineRule.Standard, graph.Nodes[0].Layer.WeightTensor!, scheme, Valid(Grid.Create(bits, true))))]), Contract.MlasFloat32, bias)));
        const int twoPoints = 2 * (4 + 1);
        Assert.Equal(6 + 2 * 4 + 2 * 4 + twoPoints, SizeOf(Scheme.PerChannelSymmetric, 8, BiasRule.Kept)); // weights, biases, scales
        Assert.Equal(6 + 2 * 4 + 2 * 4 + 2 + twoPoints, SizeOf(Scheme.PerChannelAsymmetric, 8, BiasRule.Kept)); // and zero points
        Assert.Equal(3 + 4 + twoPoints, SizeOf(Scheme.PerTensorSymmetric, 4, BiasRule.Dropped));
        Assert.Equal(5 + 4 + twoPoints, SizeOf(Scheme.PerTensorSymmetric, 6, BiasRule.Dropped)); // ⌈36 / 8⌉
    }
}
