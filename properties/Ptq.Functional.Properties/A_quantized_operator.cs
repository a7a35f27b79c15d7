using Ptq.Model;
using Ptq.Numerics;
using Ptq.Properties.Framework;
using Ptq.Quantization;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties;

public class A_quantized_operator
{
    [Property(Arbitrary = [typeof(Generators)], MaxTest = 300)]
    public bool QuantizeLinear_and_its_inverse_follow_the_affine_map_of_every_element(Rng rng)
    {
        var drawn = new Drawn(rng);
        var c = Spread.Of(drawn);
        var (grid, type) = drawn.Of((Grid.Int8, ElementType.Int8), (Grid.UInt8, ElementType.UInt8), (Valid(Grid.Create(16, false)), ElementType.UInt16), (Valid(Grid.Create(4, true)), ElementType.Int4));
        float[] scales = [.. drawn.Reals(c.Parameters.Count).Select(s => Math.Max(Math.Abs(s) / 16, 1e-3f))];
        var zeros = drawn.Wholes(c.Parameters.Count, grid.Min, grid.Max);
        var x = drawn.Real([.. c.X.Lengths.AsEnumerable()]);
        x = Drawn.Floats([.. x.Floats.AsEnumerable().Select((v, i) => drawn.From(0, 9) switch { 0 => (drawn.From(-9, 9) + 0.5f) * scales[c.Parameter(i)], 1 => v * 1e30f, 2 => float.NaN, _ => v })], [.. c.X.Lengths.AsEnumerable()]);
        Operand[] parameters = [Drawn.Floats(scales, [.. c.Parameters.Lengths.AsEnumerable()]), Drawn.Wholes(type, zeros, [.. c.Parameters.Lengths.AsEnumerable()])];
        var codes = Right(Drawn.Run("QuantizeLinear", [x, .. parameters], true, c.Attributes))[0];
        var reals = Right(Drawn.Run("DequantizeLinear", [codes, .. parameters], true, c.Attributes))[0];
        AffineParams Params(int i) => AffineParams.Create(scales[c.Parameter(i)], (int)zeros[c.Parameter(i)], grid).IfFail(_ => throw new InvalidOperationException("parameters"));
        return codes.Type == type && Enumerable.Range(0, c.X.Count).All(i =>
            codes.Integers[i] == Affine.Quantize(AffineRule.Standard, Params(i), x.Floats[i]) && reals.Floats[i].Equals(Affine.Dequantize(Params(i), (int)codes.Integers[i])));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool DynamicQuantizeLinear_covers_its_input_with_all_codes(Rng rng)
    {
        var drawn = new Drawn(rng);
        var x = drawn.Real(drawn.From(1, 60));
        var (codes, scale, zero) = Right(Drawn.Run("DynamicQuantizeLinear", [x], true)) is [var c, var s, var z] ? (c, s, z) : throw new InvalidOperationException("three outputs");
        var back = Right(Drawn.Run("DequantizeLinear", [codes, scale, zero], true))[0];
        var (low, high) = (Math.Min(0, x.Floats.AsEnumerable().Min()), Math.Max(0, x.Floats.AsEnumerable().Max()));
        return Math.Abs(scale.Floats[0] - (high - low) / 255) <= 1e-6 * scale.Floats[0] && back.Floats.AsEnumerable().Zip(x.Floats.AsEnumerable(), (b, v) => Math.Abs(b - v)).All(error => error <= scale.Floats[0] * 1.001);
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool QLinearConv_requantizes_the_sums_of_ConvInteger_under_the_contract_of_the_runtime(Rng rng, bool constants, bool perChannel)
    {
        var drawn = new Drawn(rng);
        var (channels, outputs, type) = (drawn.From(1, 5), drawn.From(1, 20), drawn.Of(ElementType.UInt8, ElementType.Int8));
        var (x, w) = (drawn.Code(type, drawn.From(1, 2), channels, drawn.From(2, 6), drawn.From(2, 6)), drawn.Code(ElementType.Int8, outputs, channels, 2, 2));
        var (zx, zw, zy) = (drawn.Code(type), perChannel ? drawn.Code(ElementType.Int8, outputs) : drawn.Code(ElementType.Int8), drawn.Code(type));
        float Scale() => Math.Abs(drawn.Reals(1)[0]) / 50 + 1e-4f;
        var (sx, sw, sy) = (Scale(), Enumerable.Range(0, perChannel ? outputs : 1).Select(_ => Scale()).ToArray(), Scale() * 60);
        var bias = drawn.Wholes(outputs, -20000, 20000);
        var sums = Right(Drawn.Run("ConvInteger", [x, w, zx, zw], constants))[0];
        var codes = Right(Drawn.Run("QLinearConv", [x, Drawn.Floats([sx]), zx, w, perChannel ? Drawn.Floats(sw, outputs) : Drawn.Floats(sw), zw, Drawn.Floats([sy]), zy, Drawn.Wholes(ElementType.Int32, bias, outputs)], constants))[0];
        var grid = type == ElementType.UInt8 ? Grid.UInt8 : Grid.Int8;
        AffineParams Params(float scale, long zero) => Valid(AffineParams.Create(scale, (int)zero, grid));
        var weights = perChannel ? TensorParams.PerChannel(0, Values.From(sw.Select(s => Valid(AffineParams.Create(s, 0, Grid.Int8))))) : TensorParams.PerTensor(Valid(AffineParams.Create(sw[0], 0, Grid.Int8)));
        var requantizer = Requantizer.Create(Contract.MlasFloat32, Params(sx, 0), weights, outputs, Params(sy, zy.Integers[0]));
        var plane = sums.Shape.Stride(1);
        return codes.Type == type && codes.Shape == sums.Shape && Enumerable.Range(0, codes.Shape.Count).All(i => i / plane % outputs is var o && codes.Integers[i] == requantizer.Apply((int)(sums.Integers[i] + bias[o]), o));
    }

    [Property(Arbitrary = [typeof(Generators)], MaxTest = 200)]
    public bool QLinearMatMul_requantizes_the_sums_of_MatMulInteger_likewise(Rng rng, bool constants, bool perColumn)
    {
        var drawn = new Drawn(rng);
        var (rows, inner, columns, type) = (drawn.From(1, 9), drawn.From(1, 20), drawn.From(1, 20), drawn.Of(ElementType.UInt8, ElementType.Int8));
        var (a, b) = (drawn.Code(type, 2, rows, inner), drawn.Code(ElementType.Int8, inner, columns));
        var (za, zb, zy) = (drawn.Code(type), perColumn ? drawn.Code(ElementType.Int8, columns) : drawn.Code(ElementType.Int8), drawn.Code(type));
        float Scale() => Math.Abs(drawn.Reals(1)[0]) / 50 + 1e-4f;
        var (sa, sb, sy) = (Scale(), Enumerable.Range(0, perColumn ? columns : 1).Select(_ => Scale()).ToArray(), Scale() * 60);
        var sums = Right(Drawn.Run("MatMulInteger", [a, b, za, zb], constants))[0];
        var codes = Right(Drawn.Run("QLinearMatMul", [a, Drawn.Floats([sa]), za, b, perColumn ? Drawn.Floats(sb, columns) : Drawn.Floats(sb), zb, Drawn.Floats([sy]), zy], constants))[0];
        var output = Valid(AffineParams.Create(sy, (int)zy.Integers[0], type == ElementType.UInt8 ? Grid.UInt8 : Grid.Int8));
        var scales = Values.From(Enumerable.Range(0, columns).Select(j => Valid(AffineParams.Create(sb[perColumn ? j : 0], 0, Grid.Int8))));
        var requantizer = Requantizer.Create(Contract.MlasFloat32, Valid(AffineParams.Create(sa, 0, Grid.Int8)), TensorParams.PerChannel(0, scales), columns, output);
        return codes.Type == type && codes.Shape == sums.Shape && Enumerable.Range(0, codes.Shape.Count).All(i => codes.Integers[i] == requantizer.Apply((int)sums.Integers[i], i % columns));
    }

    /// <summary>A tensor, and parameters for all of it, along an axis, or in blocks along one.</summary>
    private sealed record Spread(Shape X, Shape Parameters, int Axis, int Block)
    {
        public (string, AttributeValue)[] Attributes => [Drawn.One("axis", Axis), Drawn.One("block_size", Block)];

        public static Spread Of(Drawn drawn)
        {
            var x = Shape.Of(drawn.Each(drawn.From(1, 4), _ => drawn.From(1, 9)));
            var axis = drawn.From(0, x.Rank - 1);
            switch (drawn.From(0, 2))
            {
                case 0: return new(x, Shape.Of(), axis, 0);
                case 1: return new(x, Shape.Of(x[axis]), axis, 0);
                default:
                    var block = drawn.From(1, 4);
                    return new(x, Shape.Of([.. x.Lengths.AsEnumerable().Select((n, i) => i == axis ? (n + block - 1) / block : n)]), axis, block);
            }
        }

        /// <summary>Which parameters an element has.</summary>
        public int Parameter(int element)
        {
            if (Parameters.Rank == 0) return 0;
            var index = element / X.Stride(Axis) % X[Axis];
            return Block == 0 ? index : (element / (X.Stride(Axis) * X[Axis]) * Parameters[Axis] + index / Block) * X.Stride(Axis) + element % X.Stride(Axis);
        }
    }
}
