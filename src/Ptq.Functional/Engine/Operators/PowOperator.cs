using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Pow, whose exponent may be of another type than its base; the result is of the base's.</summary>
internal static class PowOperator
{
    public static IEnumerable<(string, Prepare)> All => [("Pow", Pow)];

    private static Prepared Pow(Site site)
    {
        var (type, exponents) = (Pointwise.Alike(site, 0, 1), Pointwise.Alike(site, 1, 1));
        if (type == ElementType.Bool || exponents == ElementType.Bool) throw site.Bad("inputs", $"{type.Name} and {exponents.Name}", "numbers");
        var plan = BinaryOperators.Both(site);
        if (type.IsFloat && site.Known[1] is { } known && known.Shape.Count == 1 && plan.Shape == site.ShapeOf(0)) return OfOne(site, Reals(known)[0]);
        if (!type.IsFloat && !exponents.IsFloat) return Prepared.Integers(type, plan.Shape, (inputs, y) =>
        {
            plan.Run<Rows.Each<IntegerFunctions.Power, long, long>, long, long>(inputs[0]!.Integers.Span, inputs[1]!.Integers.Span, y);
            Nominal.Wrap(type, y);
        });

        double[] Powers(Operand?[] inputs)
        {
            var powers = new double[plan.Shape.Count];
            plan.Run<Rows.Each<Power, double, double>, double, double>(Reals(inputs[0]!), Reals(inputs[1]!), powers);
            return powers;
        }
        return type.IsFloat
            ? Prepared.Floats(type, plan.Shape, (inputs, y) =>
            {
                var powers = Powers(inputs);
                for (var i = 0; i < y.Length; i++) y[i] = (float)powers[i];
                Nominal.Round(type, y);
            })
            : Prepared.Integers(type, plan.Shape, (inputs, y) =>
            {
                var powers = Powers(inputs);
                for (var i = 0; i < y.Length; i++) y[i] = CastOperators.Truncated(type, powers[i]);
            });
    }

    /// <summary>One power of every element. A square computed in float32 has the bits of the double that is rounded.</summary>
    private static Prepared OfOne(Site site, double exponent) => exponent switch
    {
        2 => Pointwise.Float(site, new FloatFunctions.Square()),
        3 => Pointwise.Real(site, new RealFunctions.Cube()),
        _ => Pointwise.Real(site, x => Elementary.Pow(x, exponent)),
    };

    private static double[] Reals(Operand operand)
    {
        var reals = new double[operand.Shape.Count];
        if (operand.Type.IsFloat) Elementwise.Widen(operand.Floats.Span, reals);
        else
            for (var i = 0; i < reals.Length; i++) reals[i] = operand.Type == ElementType.UInt64 ? (ulong)operand.Integers[i] : operand.Integers[i];
        return reals;
    }

    private readonly struct Power : IBinary<double, double>
    {
        public static double Of(double x, double y) => Elementary.Pow(x, y);
    }
}
