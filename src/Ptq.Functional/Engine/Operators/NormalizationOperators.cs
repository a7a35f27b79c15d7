using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Normalization by means and variances, computed in double and rounded once.</summary>
internal static class NormalizationOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("BatchNormalization", BatchNormalization),
        ("InstanceNormalization", InstanceNormalization),
        ("GroupNormalization", GroupNormalization),
        ("LayerNormalization", LayerNormalization),
        ("MeanVarianceNormalization", MeanVarianceNormalization),
        ("LpNormalization", LpNormalization),
        ("LRN", LocalResponseNormalization),
    ];

    /// <summary>Each channel by the mean and variance that training found.</summary>
    private static Prepared BatchNormalization(Site site)
    {
        var x = Reals(site);
        if (site.Flag("training_mode")) throw site.Bad("training_mode", "1", "0: this engine infers only");
        var channels = x.Rank > 1 ? x[1] : 1;
        for (var place = 1; place < 5; place++) Vector(site, place, channels);
        var epsilon = (double)site.Real("epsilon", 1e-5f);
        (double, double, double)[] Of(Operand?[] inputs) => [.. Enumerable.Range(0, channels).Select(c =>
            ((double)inputs[3]!.Floats[c], inputs[1]!.Floats[c] / Math.Sqrt(inputs[4]!.Floats[c] + epsilon), (double)inputs[2]!.Floats[c]))];
        var known = Enumerable.Range(1, 4).All(i => site.Known[i] is not null) ? Of(site.Known) : null;
        return Prepared.Floats(site.TypeOf(0), x, (inputs, y) => PerChannel(inputs, x, known ?? Of(inputs), y));
    }

    private static void PerChannel(Operand?[] inputs, Shape x, (double Shift, double Factor, double Bias)[] channels, float[] y)
    {
        if (y.Length == 0) return;
        var plane = x.Rank > 1 ? x.Stride(1) : x.Count;
        for (var (i, c) = (0, 0); i < y.Length; i += plane, c = c + 1 == channels.Length ? 0 : c + 1)
            Moments.Scale(inputs[0]!.Floats.Span.Slice(i, plane), channels[c].Shift, channels[c].Factor, channels[c].Bias, y.AsSpan(i));
    }

    /// <summary>Each channel of each image by its own mean and variance.</summary>
    private static Prepared InstanceNormalization(Site site)
    {
        var x = Channels(site, out var channels);
        Vector(site, 1, channels);
        Vector(site, 2, channels);
        return Grouped(site, x, channels, 1);
    }

    /// <summary>Groups of channels by their mean and variance; scale and bias belong to groups up to opset 20 and to channels from 21 on.</summary>
    private static Prepared GroupNormalization(Site site)
    {
        var x = Channels(site, out var channels);
        var groups = site.Whole("num_groups", 0, 1, Math.Max(1, channels));
        if (channels % groups != 0) throw site.Bad("num_groups", $"{groups}", $"a divisor of the {channels} channels");
        Vector(site, 1, site.Opset < 21 ? groups : channels);
        Vector(site, 2, site.Opset < 21 ? groups : channels);
        return Grouped(site, x, groups, channels / groups);
    }

    private static Prepared Grouped(Site site, Shape x, int groups, int channelsEach)
    {
        var (plane, epsilon) = (x.Stride(1), (double)site.Real("epsilon", 1e-5f));
        return Prepared.Floats(site.TypeOf(0), x, (inputs, y) =>
        {
            if (y.Length == 0) return;
            var values = inputs[0]!.Floats.Span;
            var (means, variances) = (new double[x[0] * groups], new double[x[0] * groups]);
            Moments.Rows(values, channelsEach * plane, means, variances);
            var (scales, biases) = (inputs[1]!.Floats, inputs[2]!.Floats);
            for (var row = 0; row < x[0] * groups * channelsEach; row++)
            {
                var (group, at) = (row / channelsEach, scales.Length == groups ? row / channelsEach % groups : row % scales.Length);
                Moments.Scale(values.Slice(row * plane, plane), means[group], scales[at] / Math.Sqrt(variances[group] + epsilon), biases[at], y.AsSpan(row * plane));
            }
        });
    }

    /// <summary>All axes from <c>axis</c> on by their mean and variance; also writes the means and 1/√(variance + ε).</summary>
    private static Prepared LayerNormalization(Site site)
    {
        var (type, x) = (site.TypeOf(0), Reals(site));
        var axis = site.Axis(site.Whole("axis", -1), x.Rank);
        var epsilon = (double)site.Real("epsilon", 1e-5f);
        var inner = site.Fits([.. x.Lengths.AsEnumerable().Skip(axis).Select(n => (long)n)]);
        var outer = site.Fits([.. Enumerable.Range(0, x.Rank).Select(i => i < axis ? (long)x[i] : 1)]);
        if (x.Count == 0) return new([new(type, x), new(ElementType.Float32, outer), new(ElementType.Float32, outer)], _ => [Operand.Of(type, x, Values.Of<float>([])), Undefined(outer), Undefined(outer)]);
        var scales = Stretched(site, 1, x, inner);
        var biases = site.Has(2) ? Stretched(site, 2, x, inner) : null;
        return new([new(type, x), new(ElementType.Float32, outer), new(ElementType.Float32, outer)], inputs =>
        {
            var (y, means, factors) = (new float[x.Count], new double[outer.Count], new double[outer.Count]);
            Moments.Rows(inputs[0]!.Floats.Span, inner.Count, means, factors);
            for (var i = 0; i < factors.Length; i++) factors[i] = 1 / Math.Sqrt(factors[i] + epsilon);
            ReadOnlySpan<float> scale = scales(inputs), bias = biases is null ? default : biases(inputs);
            for (var row = 0; row < means.Length; row++)
            {
                var start = row * inner.Count;
                Moments.Scale(inputs[0]!.Floats.Span.Slice(start, inner.Count), means[row], factors[row], scale[(start % scale.Length)..], bias.IsEmpty ? bias : bias[(start % bias.Length)..], y.AsSpan(start));
            }
            Nominal.Round(type, y);
            return [Operand.Of(type, x, Values.Freeze(y)), Rounded(outer, means), Rounded(outer, factors)];
        });
    }

    private static Operand Undefined(Shape shape) => Rounded(shape, [.. Enumerable.Repeat(double.NaN, shape.Count)]);

    private static Operand Rounded(Shape shape, double[] values) => Operand.Of(ElementType.Float32, shape, Values.Freeze(Array.ConvertAll(values, v => (float)v)));

    private delegate float[] Stretch(Operand?[] inputs);

    /// <summary>An input stretched to the axes that are normalized, or, where it has others, to all.</summary>
    private static Stretch Stretched(Site site, int place, Shape x, Shape inner)
    {
        site.FloatTypeOf(place);
        var own = site.ShapeOf(place);
        var to = own.Rank <= inner.Rank ? inner : x;
        var (from, strides) = (new long[to.Rank], StridedCopy.StridesOf(own));
        for (var i = 0; i < own.Rank; i++)
        {
            var at = i + to.Rank - own.Rank;
            if (own.Rank > to.Rank || own[i] != 1 && own[i] != to[at]) throw site.Bad($"input {place}", $"{own}", $"one that can be stretched to {x}");
            from[at] = own[i] == 1 ? 0 : strides[i];
        }
        var copy = StridedCopy.To(to, from);
        float[] Of(Operand?[] inputs)
        {
            var y = new float[to.Count];
            copy.Copy(inputs[place]!.Floats.Span, y.AsSpan());
            return y;
        }
        var known = site.Known[place] is null ? null : Of(site.Known);
        return inputs => known ?? Of(inputs);
    }

    /// <summary>(x − mean) / (√variance + 10⁻⁹) along axes, by default all but the channels.</summary>
    private static Prepared MeanVarianceNormalization(Site site)
    {
        var x = Reals(site);
        var axes = new ReducedAxes(site, x, site.Axes(site.Wholes("axes") ?? [0, 2, 3], x.Rank));
        return Prepared.Floats(site.TypeOf(0), x, (inputs, y) =>
        {
            if (y.Length == 0) return;
            var (values, sums, squares) = (inputs[0]!.Floats, new double[axes.Kept.Count], new double[axes.Kept.Count]);
            axes.Fold<Folds.Sum, float, double>(values.Span, sums);
            for (var i = 0; i < sums.Length; i++) sums[i] /= axes.PerSum;
            var centred = axes.Spread<double>(sums);
            for (var i = 0; i < centred.Length; i++) centred[i] = values[i] - centred[i];
            axes.Fold<Folds.SumOfSquares, double, double>(centred, squares);
            for (var i = 0; i < squares.Length; i++) squares[i] = Math.Sqrt(squares[i] / axes.PerSum) + 1e-9;
            var deviations = axes.Spread<double>(squares);
            for (var i = 0; i < y.Length; i++) y[i] = (float)(centred[i] / deviations[i]);
        });
    }

    /// <summary>Each line along an axis divided by its sum of magnitudes (p = 1) or its length (p = 2); a line of zeros stays.</summary>
    private static Prepared LpNormalization(Site site)
    {
        var x = Reals(site);
        var p = site.Whole("p", 2, 1, 2);
        var axes = new ReducedAxes(site, x, [site.Axis(site.Whole("axis", -1), x.Rank)]);
        return Prepared.Floats(site.TypeOf(0), x, (inputs, y) =>
        {
            if (y.Length == 0) return;
            var (values, sums) = (inputs[0]!.Floats.Span.ToArray(), new double[axes.Kept.Count]);
            if (p == 1) axes.Fold<Folds.SumOfMagnitudes, float, double>(values, sums);
            else axes.Fold<Folds.SumOfSquares, float, double>(values, sums);
            for (var i = 0; i < sums.Length; i++) sums[i] = sums[i] == 0 ? 1 : p == 1 ? sums[i] : Math.Sqrt(sums[i]);
            var norms = axes.Spread<double>(sums);
            for (var i = 0; i < y.Length; i++) y[i] = (float)(values[i] / norms[i]);
        });
    }

    /// <summary>x / (bias + alpha/size · Σ x²)^beta, the sum over <c>size</c> neighbouring channels.</summary>
    private static Prepared LocalResponseNormalization(Site site)
    {
        var x = Channels(site, out var channels);
        var size = site.Whole("size", 0, 1, int.MaxValue);
        var (alpha, beta, bias) = ((double)site.Real("alpha", 1e-4f), (double)site.Real("beta", 0.75f), (double)site.Real("bias", 1));
        var (before, behind, plane) = ((size - 1) / 2, size / 2, x.Stride(1));
        return Prepared.Floats(site.TypeOf(0), x, (inputs, y) =>
        {
            if (y.Length == 0) return;
            var values = inputs[0]!.Floats.Span;
            var sums = new double[plane];
            for (var row = 0; row < x[0] * channels; row++)
            {
                var (first, c) = (row - row % channels, row % channels);
                var (low, high) = (Math.Max(0, c - before), (int)Math.Min(channels - 1L, (long)c + behind));
                Array.Clear(sums);
                Fold.Columns<Folds.SumOfSquares, float, double>(values.Slice((first + low) * plane, (high - low + 1) * plane), high - low + 1, sums);
                for (var i = 0; i < plane; i++) y[row * plane + i] = (float)(values[row * plane + i] * Elementary.Exp(-beta * Elementary.Log(bias + alpha / size * sums[i])));
            }
        });
    }

    private static Shape Reals(Site site)
    {
        site.FloatTypeOf(0);
        return site.ShapeOf(0);
    }

    private static Shape Channels(Site site, out int channels)
    {
        var x = Reals(site);
        channels = x.Rank >= 2 ? x[1] : throw site.Bad("input", $"{x}", "[N, C, …]");
        return x;
    }

    private static void Vector(Site site, int place, int length)
    {
        if (!site.TypeOf(place).IsFloat || site.ShapeOf(place) != Shape.Of(length)) throw site.Bad($"input {place}", $"{site.Types[place]}", $"[{length}] floating-point numbers");
    }
}
