using System.Globalization;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Regions of images, brought to one size by samples of a bilinear interpolation (He et al., 2017). Places are float32, sums double and rounded once.</summary>
internal static class RoiAlignOperator
{
    private const int MostSamples = 1 << 12; // along an axis of a bin; a region that needs more is no region of an image

    public static IEnumerable<(string, Prepare)> All => [("RoiAlign", RoiAlign)];

    private static Prepared RoiAlign(Site site)
    {
        var (type, x, regions) = (Pointwise.Alike(site, 0, 2), site.ShapeOf(0), site.ShapeOf(1));
        if (!type.IsFloat) throw site.Bad("input 0", type.Name, "floating-point numbers");
        if (x.Rank != 4) throw site.Bad("input 0", $"{x}", "[N, C, H, W]");
        if (regions.Rank != 2 || regions[1] != 4) throw site.Bad("rois", $"{regions}", "[regions, 4]");
        if (site.TypeOf(2).IsFloat || site.ShapeOf(2) != Shape.Of(regions[0])) throw site.Bad("batch_indices", $"{site.Types[2]}", $"{regions[0]} integers");
        var (mode, ratio) = (site.Text("mode", "avg"), site.Whole("sampling_ratio", 0, 0, MostSamples));
        if (mode is not ("avg" or "max")) throw site.Bad("mode", mode, "avg or max");
        var halfPixel = site.Text("coordinate_transformation_mode", site.Opset < 16 ? "output_half_pixel" : "half_pixel") switch
        {
            "half_pixel" => true,
            "output_half_pixel" => false,
            var other => throw site.Bad("coordinate_transformation_mode", other, "half_pixel or output_half_pixel"),
        };
        var y = site.Fits(regions[0], x[1], site.Whole("output_height", 1, 1, int.MaxValue), site.Whole("output_width", 1, 1, int.MaxValue));
        if (y.Count > 0 && x.Count == 0) throw site.Bad("input 0", $"{x}", "elements, of which the output is made");
        site.Affordable(y.Count, Math.Max(1, ratio), Math.Max(1, ratio));

        var aligned = new Aligned(site, x, y, site.Real("spatial_scale", 1), halfPixel, ratio, mode == "max");
        if (site.Known[2] is { } known) aligned.Check(known);
        return Prepared.Floats(type, y, (inputs, to) =>
        {
            aligned.Check(inputs[2]!);
            for (var region = 0; region < regions[0]; region++)
                aligned.Run(inputs[0]!.Floats.Span, (int)inputs[2]!.Integers[region], inputs[1]!.Floats.Span.Slice(region * 4, 4), to.AsSpan(region * y.Stride(0), y.Stride(0)));
        });
    }

    /// <summary>Where samples of one axis lie: two neighbours each, the second's weight, and whether the sample is near the image at all.</summary>
    private readonly record struct Sample(int Low, int High, float OfHigh, bool IsThere);

    private sealed record Aligned(Site Site, Shape X, Shape Y, float Scale, bool HalfPixel, int Ratio, bool IsMax)
    {
        public void Check(Operand images)
        {
            foreach (var image in images.Integers)
                if (image < 0 || image >= X[0]) throw Site.Bad("batch_indices", image.ToString(CultureInfo.InvariantCulture), $"0 to {X[0] - 1}");
        }

        /// <summary>One region (x1, y1, x2, y2) of an image.</summary>
        public void Run(ReadOnlySpan<float> x, int image, ReadOnlySpan<float> region, Span<float> y)
        {
            var (columns, acrossBin) = Samples(region[0], region[2], Y[3], X[3]);
            var (rows, downBin) = Samples(region[1], region[3], Y[2], X[2]);
            for (var (c, at) = (0, 0); c < X[1]; c++)
            {
                var plane = x.Slice((image * X[1] + c) * X[2] * X[3], X[2] * X[3]);
                for (var i = 0; i < Y[2]; i++)
                    for (var j = 0; j < Y[3]; j++)
                        y[at++] = (float)Bin(plane, rows.AsSpan(i * downBin, downBin), columns.AsSpan(j * acrossBin, acrossBin));
            }
        }

        // The largest is taken of the weighted neighbours, as the standard's reference and the ONNX Runtime do up to opset 21, not of the samples.
        private double Bin(ReadOnlySpan<float> plane, ReadOnlySpan<Sample> rows, ReadOnlySpan<Sample> columns)
        {
            var (sum, max) = (0.0, rows.IsEmpty || columns.IsEmpty ? 0 : double.NegativeInfinity);
            foreach (var row in rows)
                foreach (var column in columns)
                {
                    var isThere = row.IsThere && column.IsThere;
                    double Weighted(ReadOnlySpan<float> plane, int i, int j, float ofRow, float ofColumn) => isThere ? (double)ofRow * ofColumn * plane[i * X[3] + j] : 0;
                    var (a, b) = (Weighted(plane, row.Low, column.Low, 1 - row.OfHigh, 1 - column.OfHigh), Weighted(plane, row.Low, column.High, 1 - row.OfHigh, column.OfHigh));
                    var (c, d) = (Weighted(plane, row.High, column.Low, row.OfHigh, 1 - column.OfHigh), Weighted(plane, row.High, column.High, row.OfHigh, column.OfHigh));
                    (sum, max) = (sum + a + b + c + d, Math.Max(max, Math.Max(Math.Max(a, b), Math.Max(c, d))));
                }
            return IsMax ? max : sum / Math.Max(1, rows.Length * columns.Length);
        }

        /// <summary>The samples of every bin along an axis, and how many a bin has.</summary>
        private (Sample[] Each, int PerBin) Samples(float from, float to, int bins, int length)
        {
            var start = from * Scale - (HalfPixel ? 0.5f : 0);
            var span = to * Scale - (HalfPixel ? 0.5f : 0) - start;
            if (!HalfPixel) span = MathF.Max(span, 1);
            var (bin, wanted) = (span / bins, Ratio > 0 ? Ratio : MathF.Ceiling(span / bins));
            if (!(wanted <= MostSamples)) throw Site.Bad("rois", $"a region from {from.ToString(CultureInfo.InvariantCulture)} to {to.ToString(CultureInfo.InvariantCulture)}", $"at most {MostSamples} samples a bin");
            var perBin = Math.Max(0, (int)wanted);
            var samples = new Sample[Site.Fits(bins, perBin).Count];
            for (var i = 0; i < samples.Length; i++)
            {
                var place = start + i / perBin * bin + (i % perBin + 0.5f) * bin / perBin;
                if (!(place >= -1 && place <= length)) continue;
                place = Math.Clamp(place, 0, length - 1);
                var low = (int)place;
                samples[i] = new(low, Math.Min(low + 1, length - 1), place - low, true);
            }
            return (samples, perBin);
        }
    }
}
