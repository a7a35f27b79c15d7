using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Fourier transforms and the windows that go with them. Sums are formed in double, term by term, and rounded once.</summary>
internal static class FourierOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("DFT", Transform),
        ("STFT", ShortTime),
        ("HannWindow", site => Window(site, 0.5, 0.5, 0)),
        ("HammingWindow", site => Window(site, 25 / 46.0, 21 / 46.0, 0)),
        ("BlackmanWindow", site => Window(site, 0.42, 0.5, 0.08)),
        ("MelWeightMatrix", MelWeights),
    ];

    /// <summary>a − b·cos(2πn/N) + c·cos(4πn/N), N the length, or one less where the window is symmetric.</summary>
    private static Prepared Window(Site site, double a, double b, double c)
    {
        var type = (ElementType)site.Whole("output_datatype", (int)ElementType.Float32, 1, int.MaxValue);
        if (!Enum.IsDefined(type) || !type.IsFloat) throw site.Bad("output_datatype", $"{(int)type}", "a floating-point type");
        var shape = site.Fits(site.IntegerOf(0, "size"));
        var period = Math.Max(1, site.Flag("periodic", true) ? shape[0] : shape[0] - 1);
        double Cosine(int n) => Elementary.Cos(2 * Math.PI * n / period);
        return Prepared.Constant(Operand.Of(type, shape, Nominal.Rounded(type, Values.From(Enumerable.Range(0, shape[0]).Select(n => (float)(a - b * Cosine(n) + c * Cosine(2 * n)))))));
    }

    /// <summary>
    /// Triangles over the bins of a transform, [bins, bands]: their corners lie evenly on the scale m = 2595·log10(1 + f/700) of pitch, f in hertz, rounded down to bins.
    /// </summary>
    private static Prepared MelWeights(Site site)
    {
        var type = (ElementType)site.Whole("output_datatype", (int)ElementType.Float32, 1, int.MaxValue);
        if (!Enum.IsDefined(type) || !type.IsFloat) throw site.Bad("output_datatype", $"{(int)type}", "a floating-point type");
        var (bands, length, rate) = (site.IntegerOf(0, "num_mel_bins"), site.IntegerOf(1, "dft_length"), site.IntegerOf(2, "sample_rate"));
        if (bands < 1 || length < 1 || rate < 1) throw site.Bad("num_mel_bins, dft_length, sample_rate", $"{bands}, {length}, {rate}", "integers from 1");
        var shape = site.Fits(length / 2 + 1, bands);
        double Pitch(int place, string name) => site.ValueOf(place, name) is { Type.IsFloat: true, Shape.Count: 1 } edge && edge.Floats[0] >= 0
            ? 2595 / Elementary.Log(10) * Elementary.Log1p(edge.Floats[0] / 700.0) : throw site.Bad(name, $"{site.ShapeOf(place)}", "one number from 0");
        var (low, high) = (Pitch(3, "lower_edge_hertz"), Pitch(4, "upper_edge_hertz"));
        int Corner(long i) => 700 * (Elementary.Pow(10, (low + i * (high - low) / (bands + 2)) / 2595) - 1) * (length + 1) / rate is var bin && bin >= 0 && bin < shape[0]
            ? (int)bin : throw site.Bad("upper_edge_hertz", $"bin {bin:0}", $"frequencies of the {shape[0]} bins");

        var y = new float[shape.Count];
        for (var band = 0; band < shape[1]; band++)
        {
            var (from, middle, to) = (Corner(band), Corner(band + 1), Corner(band + 2));
            if (from == middle) y[middle * shape[1] + band] = 1;
            for (var bin = from; bin <= middle && from < middle; bin++) y[bin * shape[1] + band] = (float)((double)(bin - from) / (middle - from));
            for (var bin = middle; bin < to; bin++) y[bin * shape[1] + band] = (float)((double)(to - bin) / (to - middle));
        }
        Nominal.Round(type, y);
        return Prepared.Constant(Operand.Of(type, shape, Values.Freeze(y)));
    }

    /// <summary>Along one axis of [batch, …, 1 or 2], real numbers or pairs of real and imaginary part; to pairs.</summary>
    private static Prepared Transform(Site site)
    {
        var x = Signal(site);
        var axis = site.Axis(site.Opset < 20 ? site.Whole("axis", 1) : site.Has(2) ? site.IntegerOf(2, "axis") : -2, x.Rank);
        var (isInverse, isOneSided) = (site.Flag("inverse"), site.Flag("onesided"));
        if (axis == x.Rank - 1) throw site.Bad("axis", $"{axis}", "an axis before the last");
        if (isInverse && isOneSided) throw site.Bad("onesided", "1", "0 for the inverse");
        var length = site.Has(1) ? site.Fits(site.IntegerOf(1, "dft_length")).Count : x[axis];
        var bins = isOneSided ? length / 2 + 1 : length;
        var y = site.Fits([.. x.Lengths.AsEnumerable().Select((n, i) => i == axis ? (long)bins : i == x.Rank - 1 ? 2 : n)]);
        var (inner, parts, read) = (x.Stride(axis) / Math.Max(1, x[x.Rank - 1]), x[x.Rank - 1], Math.Min(length, x[axis]));
        site.Affordable(y.Count, read);
        var circle = new UnitCircle(length, isInverse);
        return Prepared.Floats(site.TypeOf(0), y, (inputs, to) =>
        {
            var from = inputs[0]!.Floats.Span;
            for (var line = 0; line < y.Count / Math.Max(1, 2 * bins); line++)
                circle.Sums(from, (line / inner * x[axis] * inner + line % inner) * parts, inner * parts, parts, read, [], to.AsSpan((line / inner * bins * inner + line % inner) * 2), inner * 2, bins);
        });
    }

    /// <summary>Transforms of overlapping frames of signals [batch, length, 1 or 2], each times a window: [batch, frames, bins, 2].</summary>
    private static Prepared ShortTime(Site site)
    {
        var x = Signal(site);
        if (x.Rank != 3) throw site.Bad("signal", $"{x}", "[batch, length, 1 or 2]");
        if (site.Has(2) && (site.TypeOf(2) != site.TypeOf(0) || site.ShapeOf(2).Rank != 1)) throw site.Bad("window", $"{site.Types[2]}", $"{site.TypeOf(0).Name} [frame_length]");
        var step = site.IntegerOf(1, "frame_step");
        var length = site.Has(3) ? site.IntegerOf(3, "frame_length") : site.Has(2) ? site.ShapeOf(2)[0] : throw site.Bad("frame_length", "none", "a length, or a window");
        if (step < 1 || length < 1 || length > x[1]) throw site.Bad("frames", $"{length} samples every {step}", $"1 to {x[1]} samples, every one or more");
        if (site.Has(2) && site.ShapeOf(2)[0] != length) throw site.Bad("window", $"{site.ShapeOf(2)}", $"[{length}]");
        var (frames, bins, parts) = ((x[1] - length) / step + 1, site.Flag("onesided", true) ? length / 2 + 1 : length, x[2]);
        var y = site.Fits(x[0], frames, bins, 2);
        site.Affordable(y.Count, length);
        var circle = new UnitCircle((int)length, isInverse: false);
        return Prepared.Floats(site.TypeOf(0), y, (inputs, to) =>
        {
            var window = inputs.At(2) is { } given ? given.Floats.Span : [];
            for (var frame = 0; frame < x[0] * y[1]; frame++)
                circle.Sums(inputs[0]!.Floats.Span, (frame / y[1] * x[1] + frame % y[1] * (int)step) * parts, parts, parts, (int)length, window, to.AsSpan(frame * y.Stride(1)), 2, (int)bins);
        });
    }

    private static Shape Signal(Site site)
    {
        var x = site.ShapeOf(0);
        site.FloatTypeOf(0);
        return x.Rank >= 2 && x[x.Rank - 1] is 1 or 2 ? x : throw site.Bad("input 0", $"{x}", "[…, 1] or […, 2]");
    }

    /// <summary>The roots of 1, e^(∓2πik/N).</summary>
    private sealed class UnitCircle
    {
        private readonly double[] real, imaginary;
        private readonly double factor;

        public UnitCircle(int length, bool isInverse)
        {
            real = [.. Enumerable.Range(0, length).Select(k => Elementary.Cos(2 * Math.PI * k / length))];
            imaginary = [.. Enumerable.Range(0, length).Select(k => (isInverse ? 1 : -1) * Elementary.Sin(2 * Math.PI * k / length))];
            factor = isInverse ? 1.0 / length : 1;
        }

        /// <summary>The first bins of one line's transform.</summary>
        /// <param name="x">Real parts, and behind each its imaginary part where there are two parts.</param>
        /// <param name="start">Where the line begins.</param>
        /// <param name="apart">From element to element.</param>
        /// <param name="parts">1 or 2.</param>
        /// <param name="length">How many elements; zeros follow.</param>
        /// <param name="window">A factor each; none are ones.</param>
        /// <param name="y">Real and imaginary parts; written.</param>
        /// <param name="binsApart">From bin to bin.</param>
        /// <param name="bins">How many.</param>
        public void Sums(ReadOnlySpan<float> x, int start, int apart, int parts, int length, ReadOnlySpan<float> window, Span<float> y, int binsApart, int bins)
        {
            for (var bin = 0; bin < bins; bin++)
            {
                var (re, im, k) = (0.0, 0.0, 0);
                for (var (i, at) = (0, start); i < length; i++, at += apart)
                {
                    var weight = window.IsEmpty ? 1.0 : window[i];
                    var (a, b) = (x[at] * weight, parts == 2 ? x[at + 1] * weight : 0);
                    (re, im) = (re + (a * real[k] - b * imaginary[k]), im + (a * imaginary[k] + b * real[k]));
                    if ((k += bin) >= real.Length) k -= real.Length;
                }
                (y[bin * binsApart], y[bin * binsApart + 1]) = ((float)(re * factor), (float)(im * factor));
            }
        }
    }
}
