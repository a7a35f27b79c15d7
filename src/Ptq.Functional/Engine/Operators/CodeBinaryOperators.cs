using Ptq.Quantization;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Sums and products of two tensors of codes, by the formulas of the ONNX Runtime: <see cref="CodeSum"/> and <see cref="CodeProduct"/>.</summary>
internal static class CodeBinaryOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("com.microsoft.QLinearAdd", Add),
        ("com.microsoft.QLinearMul", Multiply),
    ];

    private static Prepared Add(Site site) => Prepare(site, static (a, b, y, low, high) => (
        new CodeSum(a, b, y, low, high),
        new CodeSum(b, a, y, low, high)),
        static (sums, a, b, y) =>
        {
            // One code on the left: the runtime exchanges the two.
            if (a.Length < b.Length)
                for (var i = 0; i < y.Length; i++) y[i] = sums.Item2.Of((int)b[i], (int)a[0]);
            else
                for (var i = 0; i < y.Length; i++) y[i] = sums.Item1.Of((int)a[i], (int)b[b.Length == 1 ? 0 : i]);
        });

    private static Prepared Multiply(Site site) => Prepare(site, static (a, b, y, low, high) => new CodeProduct(a, b, y, low, high), static (product, a, b, y) =>
    {
        for (var i = 0; i < y.Length; i++) y[i] = product.Of((int)a[a.Length == 1 ? 0 : i], (int)b[b.Length == 1 ? 0 : i]);
    });

    private delegate T Make<T>((float Scale, int Zero) a, (float Scale, int Zero) b, (float Scale, int Zero) y, int low, int high);

    private delegate void Row<T>(T of, ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> y);

    /// <summary>A, s_a, z_a, B, s_b, z_b, s_y, z_y.</summary>
    private static Prepared Prepare<T>(Site site, Make<T> make, Row<T> run)
    {
        var type = CodeParameters.TypeOf(site, 0);
        if (site.TypeOf(3) != type) throw site.Bad("input 3", site.TypeOf(3).Name, type.Name);
        var (ofA, ofB, ofY) = (CodeParameters.At(site, 1, 2, type), CodeParameters.At(site, 4, 5, type), CodeParameters.At(site, 6, 7, type));
        var plan = Broadcast.Of(site, site.ShapeOf(0), site.ShapeOf(3));
        var (low, high) = CodeParameters.Ends(type);
        return Prepared.Integers(type, plan.Shape, (inputs, y) =>
        {
            var a = inputs[0]!.Integers.Span;
            var b = inputs[3]!.Integers.Span;
            var of = make(ofA.Of(inputs), ofB.Of(inputs), ofY.Of(inputs), low, high);
            for (var row = plan.Rows(); row.Next();) run(of, a.Slice(row.Of(0), plan.Read(0)), b.Slice(row.Of(1), plan.Read(1)), y.AsSpan(row.To, plan.Row));
        });
    }
}
