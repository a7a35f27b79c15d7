using LanguageExt;
using Ptq.Calibration;
using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Cli.Runs;

/// <summary>
/// What the integer engine makes of a float network. Kernels follow from shapes and weights; the activations' parameters, which only move the bounds of the proofs, are those
/// of inputs from the standard normal distribution.
/// </summary>
internal static class TrialEngine
{
    private const int Samples = 8;

    /// <summary>The compiled network; or why it has no integer form.</summary>
    /// <param name="model">A float network.</param>
    /// <param name="shapes">The shape of every input.</param>
    public static Either<PtqError, IntegerEngine> Of(ModelFile model, ByName<Shape> shapes) =>
        (from plan in QuantizationPlan.Of(model.Network, shapes, [])
         from seen in NetworkCalibration.Observe(plan.Network, plan.Observed, [Noise(shapes)])
         from quantized in QuantizedNetwork.Create(plan, seen, QuantizationOptions.Default)
         from graph in quantized.ToGraph()
         select IntegerEngine.Compile(graph)).MapLeft(model.At);

    private static ByName<Operand> Noise(ByName<Shape> shapes)
    {
        var rng = Rng.FromSeed(0);
        return shapes.Map((_, shape) =>
        {
            var normals = new double[(shape.Rank > 0 ? shape.Inner.Batch(Samples) : shape).Count];
            rng = rng.FillStandardNormal(normals);
            return Operand.Of(Tensor.Of(shape.Rank > 0 ? shape.Inner.Batch(Samples) : shape, Values.From(normals.Select(x => (float)x))));
        });
    }
}
