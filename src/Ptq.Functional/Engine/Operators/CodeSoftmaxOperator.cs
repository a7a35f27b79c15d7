using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>
/// QLinearSoftmax: X, s_x, z_x, s_y, z_y; along an axis, or with an operator set before 13 over all axes from one on. Exponentials come from a table of 256 float32 numbers, e^(s_x · (d + shift)) for
/// the difference d ≤ 0 of a code to the largest, where the shift keeps sums finite; they are summed in float32 in index order, and a code is rne(f32(e · ⌊1 / s_y⌋) / sum) + z_y.
/// </summary>
internal static class CodeSoftmaxOperator
{
    public static IEnumerable<(string, Prepare)> All => [("com.microsoft.QLinearSoftmax", Softmax)];

    private static Prepared Softmax(Site site)
    {
        var (type, x) = (CodeParameters.TypeOf(site, 0), site.ShapeOf(0));
        var (from, to) = (CodeParameters.At(site, 1, 2, type), CodeParameters.At(site, 3, 4, type));
        var opset = site.Operation.Attributes.Has("opset") ? site.Whole("opset", 0) : throw site.Bad("opset", "none", "the operator set whose Softmax it is");
        var axis = site.Axis(site.Whole("axis", opset < 13 ? 1 : -1), x.Rank);
        if (x.Count == 0) return Prepared.Reshaped(site, x);
        var (length, inner) = opset < 13 ? (x.Stride(axis) * x[axis], 1) : (x[axis], x.Stride(axis));
        return Prepared.Integers(type, x, (inputs, y) =>
        {
            var codes = inputs[0]!.Integers.Span;
            var (scale, (yScale, zero)) = (from.Of(inputs).Scale, to.Of(inputs));
            var (powers, steps) = (Powers(scale, length), MathF.Floor(1 / yScale));
            for (var outer = 0; outer < x.Count; outer += length * inner)
                for (var i = outer; i < outer + inner; i++)
                {
                    var most = long.MinValue;
                    for (var k = 0; k < length; k++) most = Math.Max(most, codes[i + k * inner]);
                    var sum = 0f;
                    for (var k = 0; k < length; k++) sum += powers[(int)(255 - most + codes[i + k * inner])];
                    for (var k = 0; k < length; k++) y[i + k * inner] = Code(type, MathF.Round(powers[(int)(255 - most + codes[i + k * inner])] * steps / sum), zero);
                }
        });
    }

    // A number beyond INT32, as the ∞ that a single element may come to, is 0 for uint8 and INT32's least for int8, to which the zero point is then added modulo 2³²: so the runtime's code does on x86.
    private static long Code(ElementType type, float steps, int zero) => type == ElementType.UInt8
        ? Math.Min(255, unchecked((Math.Abs(steps) < 1L << 62 ? (uint)(long)steps : 0) + (uint)zero))
        : Math.Clamp(unchecked((steps is >= int.MinValue and < -(float)int.MinValue ? (int)steps : int.MinValue) + zero), -128, 127);

    private static float[] Powers(float scale, int length)
    {
        var shift = Math.Max(0, Elementary.Log(float.MaxValue / length) - 5) / scale;
        return [.. Enumerable.Range(0, 256).Select(i => (float)Elementary.Exp((i - 255 + shift) * scale))];
    }
}
