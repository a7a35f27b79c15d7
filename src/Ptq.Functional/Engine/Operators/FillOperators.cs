using System.Globalization;
using System.Numerics;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>Operators that make tensors of few numbers.</summary>
internal static class FillOperators
{
    public static IEnumerable<(string, Prepare)> All =>
    [
        ("ConstantOfShape", ConstantOfShape),
        ("Range", Range),
        ("OneHot", OneHot),
        ("EyeLike", EyeLike),
        ("NonZero", NonZero),
        ("Trilu", Trilu),
    ];

    private static Prepared ConstantOfShape(Site site)
    {
        var shape = site.Fits(site.IntegersOf(0, "shape"));
        var value = site.Operation.Attributes.Find("value").Case is LanguageExt.SomeCase<AttributeValue>(AttributeValue.Data(var data)) ? data.ToOperand() : Operand.Of(ElementType.Float32, Shape.Of(1), Values.Of<float>([0]));
        return value.Shape.Count == 1 ? Prepared.Constant(Movement.Make(value.Type, shape, new Filled(), [value])) : throw site.Bad("value", $"{value}", "one element");
    }

    private sealed record Filled : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, INumber<T> => y.Fill(inputs[0]!.Elements<T>()[0]);
    }

    /// <summary>start, start + delta, … before limit.</summary>
    private static Prepared Range(Site site)
    {
        var type = site.TypeOf(0);
        foreach (var (name, place) in (ReadOnlySpan<(string, int)>)[("start", 0), ("limit", 1), ("delta", 2)])
            if (site.ValueOf(place, name) is var value && (value.Type != type || value.Shape.Count != 1)) throw site.Bad(name, $"{value}", $"one {type.Name}");
        if (type.IsFloat)
        {
            var (start, limit, delta) = (site.Known[0]!.Floats[0], site.Known[1]!.Floats[0], site.Known[2]!.Floats[0]);
            var steps = Math.Ceiling((double)(limit - start) / delta);
            if (double.IsNaN(steps)) throw site.Bad("delta", delta.ToString(CultureInfo.InvariantCulture), "a step other than 0 between numbers");
            return Prepared.Constant(Operand.Of(type, site.Fits((long)Math.Clamp(steps, 0, long.MaxValue)), Values.Create<float, (float, float)>((int)Math.Max(0, steps), (start, delta), static (y, s) =>
            {
                for (var i = 0; i < y.Length; i++) y[i] = s.Item1 + i * s.Item2;
            })));
        }
        else
        {
            var (start, limit, delta) = (site.Known[0]!.Integers[0], site.Known[1]!.Integers[0], site.Known[2]!.Integers[0]);
            if (delta == 0) throw site.Bad("delta", "0", "a step other than 0");
            var steps = ((Int128)limit - start + delta - Math.Sign(delta)) / delta;
            return Prepared.Constant(Operand.Of(type, site.Fits((long)Int128.Clamp(steps, 0, long.MaxValue)), Values.Create<long, (long, long)>((int)Int128.Max(0, steps), (start, delta), static (y, s) =>
            {
                for (var i = 0; i < y.Length; i++) y[i] = s.Item1 + i * s.Item2;
            })));
        }
    }

    /// <summary>A new axis of length <c>depth</c>: the second of <c>values</c> where its place is the index, the first elsewhere.</summary>
    private static Prepared OneHot(Site site)
    {
        var (indices, depths, values) = (site.ShapeOf(0), site.ValueOf(1, "depth"), site.ShapeOf(2));
        if (depths.Shape.Count != 1) throw site.Bad("depth", $"{depths}", "one number");
        if (values.Count != 2) throw site.Bad("values", $"{values}", "two elements: off and on");
        var depth = depths.Type.IsFloat ? (long)depths.Floats[0] : depths.Integers[0];
        if (depth < 1) throw site.Bad("depth", depth.ToString(CultureInfo.InvariantCulture), "at least 1");
        var axis = site.Axis(site.Whole("axis", -1), indices.Rank + 1);
        var shape = site.Fits([.. indices.Lengths.AsEnumerable().Select(n => (long)n).Take(axis), depth, .. indices.Lengths.AsEnumerable().Select(n => (long)n).Skip(axis)]);
        return Movement.Prepare(site.TypeOf(2), shape, new Hot((int)depth, shape.Stride(axis)));
    }

    private sealed record Hot(int Depth, int Inner) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, INumber<T>
        {
            var indices = inputs[0]!;
            var values = inputs[2]!.Elements<T>();
            y.Fill(values[0]);
            for (var i = 0; i < indices.Shape.Count; i++)
            {
                var index = indices.Type.IsFloat ? (long)indices.Floats[i] : indices.Integers[i];
                if (index < 0) index += Depth;
                if (index >= 0 && index < Depth) y[(i / Inner * Depth + (int)index) * Inner + i % Inner] = values[1];
            }
        }
    }

    /// <summary>Ones on a diagonal of a matrix.</summary>
    private static Prepared EyeLike(Site site)
    {
        var x = site.ShapeOf(0);
        if (x.Rank != 2) throw site.Bad("input", $"{x}", "a matrix");
        var type = (ElementType)site.Whole("dtype", (long)site.TypeOf(0));
        if (!Enum.IsDefined(type)) throw site.Bad("dtype", $"{(long)type}", "an element type that is known");
        return Prepared.Constant(Movement.Make(type, x, new Diagonal(x[1], Math.Clamp(site.Whole("k", 0), -x[0], x[1])), []));
    }

    private sealed record Diagonal(int Columns, long Offset) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, INumber<T>
        {
            for (var row = Math.Max(0, -Offset); row + Offset < Columns && row * Columns < y.Length; row++) y[(int)(row * Columns + row + Offset)] = T.One;
        }
    }

    /// <summary>The places of a known tensor's elements other than 0, a column each.</summary>
    private static Prepared NonZero(Site site)
    {
        var x = site.ValueOf(0, "input");
        int[] found = [.. Enumerable.Range(0, x.Shape.Count).Where(i => x.Type.IsFloat ? x.Floats[i] != 0 : x.Integers[i] != 0)];
        var shape = site.Fits(x.Shape.Rank, found.Length);
        return Prepared.Constant(Operand.Of(ElementType.Int64, shape, Values.Create<long, (Shape X, int[] Found)>(shape.Count, (x.Shape, found), static (y, s) =>
        {
            for (var axis = 0; axis < s.X.Rank; axis++)
                for (var (i, stride) = (0, s.X.Stride(axis)); i < s.Found.Length; i++) y[axis * s.Found.Length + i] = s.Found[i] / stride % s.X[axis];
        })));
    }

    /// <summary>The upper or lower triangle of every matrix, zeros elsewhere.</summary>
    private static Prepared Trilu(Site site)
    {
        var x = site.ShapeOf(0);
        if (x.Rank < 2) throw site.Bad("input", $"{x}", "matrices");
        if (site.Has(1) && (site.TypeOf(1).IsFloat || site.ShapeOf(1).Count != 1)) throw site.Bad("k", $"{site.Types[1]}", "one integer");
        return Movement.Prepare(site.TypeOf(0), x, new Triangle(x[x.Rank - 2], x[x.Rank - 1], site.Flag("upper", true)));
    }

    private sealed record Triangle(int Rows, int Columns, bool IsUpper) : IMovement
    {
        public void Run<T>(Operand?[] inputs, Span<T> y) where T : unmanaged, INumber<T>
        {
            var k = inputs.At(1) is { } given ? Math.Clamp(given.Integers[0], -Rows, Columns) : 0;
            var x = inputs[0]!.Elements<T>();
            for (var (start, row) = (0, 0); start < y.Length; start += Columns, row = row + 1 == Rows ? 0 : row + 1)
            {
                var diagonal = (int)Math.Clamp(row + k + (IsUpper ? 0 : 1), 0, Columns);
                var kept = IsUpper ? diagonal..Columns : ..diagonal;
                x.Slice(start, Columns)[kept].CopyTo(y.Slice(start, Columns)[kept]);
            }
        }
    }
}
