using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Samples of images [N, C, H, W] at the places [N, H', W', (x, y)] of a grid, each from −1 to 1. Coordinates and weights are float32, sums double and rounded once.</summary>
internal static class GridSampleOperator
{
    private const float Keys = -0.75f; // the parameter of the cubic convolution

    public static IEnumerable<(string, Prepare)> All => [("GridSample", GridSample)];

    private static Prepared GridSample(Site site)
    {
        var (type, x, grid) = (site.TypeOf(0), site.ShapeOf(0), site.ShapeOf(1));
        if (!type.IsFloat || !site.TypeOf(1).IsFloat) throw site.Bad("inputs", $"{type.Name} and {site.TypeOf(1).Name}", "floating-point numbers");
        if (x.Rank != 4) throw site.Bad("input 0", $"{x}", "[N, C, H, W]");
        if (grid.Rank != 4 || grid[0] != x[0] || grid[3] != 2) throw site.Bad("grid", $"{grid}", $"[{x[0]}, H', W', 2]");
        var taps = site.Text("mode", "linear") switch
        {
            "nearest" => 1,
            "linear" or "bilinear" => 2, // the first names since opset 20
            "cubic" or "bicubic" => 4,
            var other => throw site.Bad("mode", other, "nearest, linear or cubic"),
        };
        var padding = site.Text("padding_mode", "zeros");
        if (padding is not ("zeros" or "border" or "reflection")) throw site.Bad("padding_mode", padding, "zeros, border or reflection");
        var y = site.Fits(x[0], x[1], grid[1], grid[2]);
        if (y.Count > 0 && x.Count == 0) throw site.Bad("input 0", $"{x}", "elements, of which the output is made");
        site.Affordable(y.Count, taps, taps);

        SampledAxis Axis(int length) => new(length, taps, padding, site.Flag("align_corners"));
        return Prepared.Floats(type, y, (inputs, to) => Sample(inputs[0]!.Floats.Span, x, inputs[1]!.Floats.Span, grid[1] * grid[2], Axis(x[3]), Axis(x[2]), to));
    }

    private static void Sample(ReadOnlySpan<float> x, Shape shape, ReadOnlySpan<float> grid, int points, SampledAxis columns, SampledAxis rows, Span<float> y)
    {
        var (channels, plane, taps) = (shape[1], shape[2] * shape[3], columns.Taps);
        Span<int> atColumn = stackalloc int[taps], atRow = stackalloc int[taps];
        Span<float> ofColumn = stackalloc float[taps], ofRow = stackalloc float[taps];
        for (var image = 0; image < shape[0]; image++)
            for (var point = 0; point < points; point++)
            {
                var place = grid.Slice((image * points + point) * 2, 2);
                columns.Find(place[0], atColumn, ofColumn);
                rows.Find(place[1], atRow, ofRow);
                for (var c = 0; c < channels; c++)
                {
                    var from = x.Slice((image * channels + c) * plane, plane);
                    var sum = 0.0;
                    for (var i = 0; i < taps; i++)
                        for (var j = 0; j < taps && atRow[i] >= 0; j++)
                            if (atColumn[j] >= 0) sum += (double)ofRow[i] * ofColumn[j] * from[atRow[i] * shape[3] + atColumn[j]];
                    y[(image * channels + c) * points + point] = (float)sum;
                }
            }
    }

    /// <summary>One axis of the images.</summary>
    /// <param name="Length">How long it is.</param>
    /// <param name="Taps">How many neighbours a sample has along it: 1, 2 or 4.</param>
    /// <param name="Padding">What lies outside.</param>
    /// <param name="Aligned">Whether −1 and 1 are the centres of the outermost elements, not their outer edges.</param>
    private sealed record SampledAxis(int Length, int Taps, string Padding, bool Aligned)
    {
        private float Low => Aligned ? 0 : -0.5f;

        private float High => Aligned ? Length - 1 : Length - 0.5f;

        /// <summary>The neighbours of a place, −1 where there is none, and their weights.</summary>
        public void Find(float place, Span<int> at, Span<float> weights)
        {
            var x = Aligned ? (place + 1) / 2 * (Length - 1) : ((place + 1) * Length - 1) / 2;
            if (Taps == 1) x = MathF.Round(x, MidpointRounding.ToEven);
            if (!(x >= Low && x <= High) && !(Taps == 4 && Padding == "border")) // what is no number goes to the first element; a cubic sample beyond the border still weighs its neighbours by distance
                x = Padding switch { "border" => float.IsNaN(x) ? 0 : Math.Clamp(x, 0, Length - 1), "reflection" => Reflected(x), _ => x };
            var first = Taps == 1 ? x : MathF.Floor(x) - (Taps == 4 ? 1 : 0);
            for (var i = 0; i < Taps; i++)
            {
                at[i] = Element(first + i);
                weights[i] = Taps switch
                {
                    1 => 1,
                    2 => i == 0 ? 1 - (x - first) : x - first,
                    _ => ResizedAxis.Keys(x - (first + i), Keys),
                };
            }
        }

        private int Element(float place) => Padding switch
        {
            "zeros" => place >= 0 && place <= Length - 1 ? (int)place : -1,
            "border" => float.IsNaN(place) ? 0 : (int)Math.Clamp(place, 0, Length - 1),
            _ => (int)Math.Clamp(Reflected(place), 0, Length - 1),
        };

        /// <summary>The edges are mirrors.</summary>
        private float Reflected(float place)
        {
            var range = High - Low;
            if (!float.IsFinite(place) || range <= 0) return Math.Max(Low, 0);
            if (place >= Low && place <= High) return place;
            var beyond = place < Low ? Low - place : place - High;
            var turns = MathF.Truncate(beyond / range);
            var rest = beyond - turns * range;
            return (turns % 2 == 0) == (place < Low) ? Low + rest : High - rest;
        }
    }
}
