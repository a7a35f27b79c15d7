using System.Numerics;
using Ptq.Engine.Kernels;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that write elements to places that indices tell, in the order of the indices.</summary>
internal static class ScatterOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("ScatterElements", ScatterElements),
        ("ScatterND", ScatterND),
    ];

    private static Prepared ScatterElements(Site site)
    {
        var (x, indices) = (site.ShapeOf(0), GatherOperators.IndicesOf(site, 1));
        var walk = ElementWalk.Of(site, x, indices);
        if (site.ShapeOf(2) != indices) throw site.Bad("updates", $"{site.ShapeOf(2)}", $"{indices}, as the indices");
        return Scattered(site, x, 1, walk.Places);
    }

    private static Prepared ScatterND(Site site)
    {
        var (x, indices) = (site.ShapeOf(0), GatherOperators.IndicesOf(site, 1));
        var walk = TupleWalk.Of(site, x, indices, 0);
        var updates = site.Fits([.. indices.Lengths.AsEnumerable().SkipLast(1).Concat(x.Lengths.AsEnumerable().Skip(walk.Depth)).Select(n => (long)n)]);
        if (site.ShapeOf(2) != updates) throw site.Bad("updates", $"{site.ShapeOf(2)}", $"{updates}");
        return Scattered(site, x, walk.Block, walk.Places);
    }

    private delegate int[] Places(ReadOnlySpan<long> indices);

    private static Prepared Scattered(Site site, Shape x, int block, Places places)
    {
        var type = site.TypeOf(0);
        if (site.TypeOf(2) != type) throw site.Bad("updates", site.TypeOf(2).Name, type.Name);
        if (site.Known[1] is { } known) places(known.Integers.Span);
        return Movement.Prepare(type, x, site.Text("reduction", "none") switch
        {
            "none" => new Scatter<Last>(type, block, places),
            "add" => new Scatter<Folds.Sum>(type, block, places),
            "mul" => new Scatter<Folds.Product>(type, block, places),
            "max" => new Scatter<Folds.Largest>(type, block, places),
            "min" => new Scatter<Folds.Smallest>(type, block, places),
            var other => throw site.Bad("reduction", other, "none, add, mul, max or min"),
        });
    }

    private sealed record Scatter<TFold>(ElementType Type, int Block, Places Places) : IMovement where TFold : IFold
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, INumber<T>
        {
            var places = Places(inputs[1]!.Integers.Span);
            var updates = inputs[2]!.Elements<T>();
            inputs[0]!.Elements<T>().CopyTo(y);
            for (var i = 0; i < places.Length; i++)
                for (var k = 0; k < Block; k++)
                {
                    ref var there = ref y[places[i] + k];
                    there = TFold.Add(there, updates[i * Block + k]);
                    if (there is long wide) there = T.CreateTruncating(Type.Wrap(wide));
                }
        }
    }

    private readonly struct Last : IFold
    {
        public static T Add<T>(T there, T update) where T : INumber<T> => update;
        public static Vector<T> Add<T>(Vector<T> there, Vector<T> update) => update;
    }
}
