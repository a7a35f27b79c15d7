using LanguageExt;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Calibration;

/// <summary>What calibration images show of the activations, and the parameters that follow.</summary>
public static class Observe
{
    /// <summary>The values of some tensors, sorted.</summary>
    /// <param name="trace">Tensors of a float pass over the calibration images.</param>
    /// <param name="tensors">Which of them.</param>
    /// <param name="threads">At most so many threads; the result does not depend on it.</param>
    public static Either<PtqError, ByName<SortedSample>> Samples(ByName<Tensor> trace, Values<string> tensors, int threads = 1)
    {
        foreach (var name in tensors)
            if (!trace[name].IsFinite)
                return new PtqError.BadGraph("", $"tensor '{name}' over the calibration images", "NaN or an infinity", "finite values");
        return ByName<SortedSample>.Of(tensors.AsEnumerable().AsParallel().AsOrdered().WithDegreeOfParallelism(threads).Select(name => (name, SortedSample.Of(trace[name].Data.Span))));
    }

    /// <summary>The parameters of every point.</summary>
    /// <param name="rule">The arithmetic.</param>
    /// <param name="schemes">The points and their codes.</param>
    /// <param name="samples">What was seen of each.</param>
    /// <param name="range">The range rule of each.</param>
    public static ByName<AffineParams> Points(AffineRule rule, ByName<ActivationScheme> schemes, ByName<SortedSample> samples, Func<string, RangeRule> range) =>
        schemes.Map((name, scheme) => Affine.Covering(rule, range(name).Of(samples[name]), scheme.Symmetric, scheme.Grid));

    /// <summary>The parameters of the codes of a tensor: its own point, or that of what its codes are made of.</summary>
    internal static Option<AffineParams> ParamsOf(Graph graph, ByName<AffineParams> points, string tensor) =>
        points.Find(tensor) is { IsSome: true } own ? own
        : graph.WriterOf(tensor).Bind(n => n.Layer.KeepsCodes ? ParamsOf(graph, points, n.Input) : Option<AffineParams>.None);
}
