using System.Globalization;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Losses of scores [N, C, …] for classes [N, …], computed in double and rounded once.</summary>
internal static class LossOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("NegativeLogLikelihoodLoss", LogLikelihood),
        ("SoftmaxCrossEntropyLoss", CrossEntropy),
    ];

    private static Prepared LogLikelihood(Site site)
    {
        var loss = new Loss(site);
        return new([loss.Type], inputs => [loss.Of(inputs[0]!, inputs)]);
    }

    /// <summary>The negative log likelihood of the logarithms of softmax, which are the second output.</summary>
    private static Prepared CrossEntropy(Site site)
    {
        var loss = new Loss(site);
        var logarithms = SoftmaxOperators.LogSoftmax(site, 1);
        return new([loss.Type, logarithms.Outputs[0]], inputs =>
        {
            var ofEach = logarithms.Run(inputs)[0];
            return [loss.Of(ofEach, inputs), ofEach];
        });
    }

    private sealed class Loss
    {
        private readonly Site site;
        private readonly Shape scores;
        private readonly string reduction;
        private readonly long? ignored;

        public Loss(Site site)
        {
            (this.site, scores, reduction) = (site, site.ShapeOf(0), site.Text("reduction", "mean"));
            var (type, classes) = (site.TypeOf(0), site.ShapeOf(1));
            if (!type.IsFloat || scores.Rank < 2) throw site.Bad("input 0", $"{site.Types[0]}", "floating-point scores [N, C, …]");
            if (site.TypeOf(1).IsFloat || !classes.Lengths.AsEnumerable().SequenceEqual(scores.Lengths.AsEnumerable().Where((_, axis) => axis != 1))) throw site.Bad("classes", $"{site.Types[1]}", $"integers, as {scores} without its axis 1");
            if (site.Has(2) && (site.TypeOf(2) != type || site.ShapeOf(2) != Shape.Of(scores[1]))) throw site.Bad("weights", $"{site.Types[2]}", $"{type.Name} [{scores[1]}]");
            if (reduction is not ("mean" or "sum" or "none")) throw site.Bad("reduction", reduction, "mean, sum or none");
            ignored = site.Operation.Attributes.Has("ignore_index") ? site.Whole("ignore_index", 0) : null;
            Type = new(type, reduction == "none" ? classes : Shape.Of());
        }

        public TensorType Type { get; }

        /// <summary>−weight · score of the right class: of each, their sum, or that over the sum of the weights.</summary>
        public Operand Of(Operand logarithms, Operand?[] inputs)
        {
            var (values, classes, weights) = (logarithms.Floats, inputs[1]!.Integers, inputs.At(2)?.Floats ?? default);
            var (each, inner, sum, total) = (new float[classes.Length], scores.Stride(1), 0.0, 0.0);
            for (var i = 0; i < each.Length; i++)
            {
                var right = classes[i];
                if (right == ignored) continue;
                if (right < 0 || right >= scores[1]) throw site.Bad("classes", right.ToString(CultureInfo.InvariantCulture), $"0 to {scores[1] - 1}");
                var weight = weights.Length > 0 ? (double)weights[(int)right] : 1;
                var loss = -weight * values[(i / inner * scores[1] + (int)right) * inner + i % inner];
                (each[i], sum, total) = ((float)loss, sum + loss, total + weight);
            }
            if (reduction != "none") each = [(float)(reduction == "mean" ? sum / total : sum)];
            Nominal.Round(Type.Type, each);
            return Operand.Of(Type.Type, Type.Shape, Values.Freeze(each));
        }
    }
}
