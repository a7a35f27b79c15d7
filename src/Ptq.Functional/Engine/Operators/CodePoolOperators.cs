using Ptq.Engine.Kernels;
using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Means of codes: X, s_x, z_x, s_y, z_y, the channels behind the batch or, with channels_last, behind everything.</summary>
internal static class CodePoolOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("com.microsoft.QLinearAveragePool", Average),
        ("com.microsoft.QLinearGlobalAveragePool", site => ChannelsFirst(site, GlobalAverage)),
    ];

    private sealed record Plane(Site Site, ElementType Type, CodeParameters From, CodeParameters To)
    {
        public Shape X => Site.ShapeOf(0);

        /// <summary>The axes behind the channels.</summary>
        public int[] Lengths => SlidingWindow.Spatial(Site);
    }

    private delegate void Run(Operand?[] inputs, ReadOnlySpan<long> codes, Span<long> y);

    private static Prepared Average(Site site)
    {
        if (site.Wholes("dilations") is { } dilations && dilations.Any(d => d != 1)) throw site.Bad("dilations", $"[{string.Join(", ", dilations)}]", "1 along every axis");
        return ChannelsFirst(site, plane =>
        {
            var axes = plane.Lengths.Length <= 3 ? PoolAxis.Of(plane.Site) : throw site.Bad("input 0", $"{plane.X}", "at most 3 axes beside batch and channels");
            // A window over all of a plane: the runtime takes the other operator's arithmetic.
            if (axes.All(axis => axis.Window.Covers(axis.Length))) return GlobalAverage(plane);
            var y = site.Fits([plane.X[0], plane.X[1], .. axes.Select(axis => (long)axis.Outputs)]);
            site.Affordable([y.Count, .. axes.Select(axis => axis.Reads)]);
            var (walk, ends) = (new PoolWindows(axes), CodeParameters.Ends(plane.Type));
            var area = site.Flag("count_include_pad") ? axes.Aggregate(1L, (product, axis) => product * axis.Window.Kernel) : 0;
            return (y, (inputs, codes, to) => walk.Means(codes, new(plane.From.Of(inputs), plane.To.Of(inputs), ends.Low, ends.High), area, to));
        });
    }

    /// <summary>The INT32 sum of x_q − z_x, times <see cref="CodeMean.Factor"/>.</summary>
    private static (Shape, Run) GlobalAverage(Plane plane)
    {
        var (size, ends) = (plane.Lengths.Aggregate(1, (product, length) => product * length), CodeParameters.Ends(plane.Type));
        if (size == 0) throw plane.Site.Bad("input 0", $"{plane.X}", "elements along every axis");
        return (plane.Site.Fits([plane.X[0], plane.X[1], .. plane.Lengths.Select(_ => 1L)]), (inputs, codes, y) =>
        {
            var (from, to) = (plane.From.Of(inputs), plane.To.Of(inputs));
            var sums = new int[y.Length];
            for (var i = 0; i < sums.Length; i++)
            {
                var sum = -(long)from.Zero * size;
                foreach (var code in codes.Slice(i * size, size)) sum += code;
                sums[i] = unchecked((int)sum);
            }
            Codes.Requantize(sums, 1, CodeMean.Factor(from.Scale, to.Scale, size), to.Zero, ends.Low, ends.High, y);
        });
    }

    /// <summary>A pool of planes [N, C, …], run on channels wherever they are.</summary>
    private static Prepared ChannelsFirst(Site site, Func<Plane, (Shape Y, Run Run)> prepare)
    {
        var (type, x) = (CodeParameters.TypeOf(site, 0), site.ShapeOf(0));
        var (from, to) = (CodeParameters.At(site, 1, 2, type), CodeParameters.At(site, 3, 4, type));
        if (x.Rank < 3) throw site.Bad("input 0", $"{x}", "batch, channels and at least one axis more");
        if (!site.Flag("channels_last"))
        {
            var (shape, run) = prepare(new(site, type, from, to));
            return Prepared.Integers(type, shape, (inputs, y) => run(inputs, inputs[0]!.Integers.Span, y));
        }
        var (channels, plane) = (x[x.Rank - 1], x.Rank - 2);
        var first = Shape.Of([x[0], channels, .. x.Lengths.Span[1..^1]]);
        var (planes, runPlanes) = prepare(new(site with { Types = [new(type, first), .. site.Types[1..]] }, type, from, to));
        var last = Shape.Of([planes[0], .. planes.Lengths.Span[2..], channels]);
        return Prepared.Integers(type, last, (inputs, y) =>
        {
            var (codes, means) = (new long[x.Count], new long[y.Length]);
            Turn(inputs[0]!.Integers.Span, x[0], x.Stride(0) / Math.Max(1, channels), channels, codes);
            runPlanes(inputs, codes, means);
            Turn(means, x[0], channels, last.Stride(0) / Math.Max(1, channels), y);
        });
    }

    /// <summary>[N, rows, columns] becomes [N, columns, rows].</summary>
    private static void Turn(ReadOnlySpan<long> from, int images, int rows, int columns, Span<long> to)
    {
        for (var image = 0; image < images; image++)
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++) to[(image * columns + column) * rows + row] = from[(image * rows + row) * columns + column];
    }
}
