using Ptq.Engine;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Onnx;
using Ptq.Tensors;
using Ptq.Tests.Runtime;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine.Operators;

/// <summary>A network of one operation here and in the ONNX Runtime.</summary>
internal static class BesideTheRuntime
{
    /// <summary>Fails where an output differs by more than <paramref name="tolerance"/> · max(1, |expected|).</summary>
    public static void Agree(int opset, string op, (string, AttributeValue)[] attributes, int outputs, double tolerance, params Operand?[] inputs)
    {
        var there = inputs.Select((value, i) => (Name: $"x{i}", Value: value!)).Where(x => x.Value is not null).ToArray();
        string[] written = [.. Enumerable.Range(0, outputs).Select(i => $"y{i}")];
        var operation = new Operation("it", op, Values.From(inputs.Select((value, i) => value is null ? "" : $"x{i}")), Values.Of<string>(written), ByName<AttributeValue>.Of(attributes));
        var network = Right(Network.Create(opset, Values.From(there.Select(x => new Port(x.Name, x.Value.Type, x.Value.Shape.Lengths.Map(n => new Dimension(n))))), ByName<Constant>.Of([]), [operation],
            Values.From(written.Select(name => new Port(name, ElementType.Float32, [], HasShape: false))), NetworkInfo.Named("one")));

        var theirs = Right(OnnxRuntime.Run(Right(OnnxFile.Write(network)), [.. there.Select(x => Of(x.Name, x.Value))], "disabled"));
        var ours = Right(NetworkEngine.Prepare(network, ByName<Shape>.Of(there.Select(x => (x.Name, x.Value.Shape)))).Bind(engine => engine.Run(ByName<Operand>.Of(there))));
        foreach (var name in written)
        {
            var (seen, wanted) = (ours[name], theirs[name]);
            Assert.Equal(wanted.Shape, seen.Shape);
            var expected = wanted.ToFloats();
            for (var i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(seen.Floats[i] - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"{name}[{i}] is {seen.Floats[i]}, not {expected[i]}.");
        }
    }

    /// <summary>Numbers between −<paramref name="scale"/> and <paramref name="scale"/> without a pattern.</summary>
    public static Operand Noise(int seed, double scale, params int[] lengths)
    {
        var values = new double[Shape.Of(lengths).Count];
        Rng.FromSeed(seed).FillUniform(values, -scale, scale);
        return Operand.Of(ElementType.Float32, Shape.Of(lengths), Values.From(values.Select(value => (float)value)));
    }

    private static RuntimeTensor Of(string name, Operand value) => value.Type switch
    {
        ElementType.Float32 => RuntimeTensor.Of(name, value.Shape, value.Floats.Span),
        ElementType.Int64 => RuntimeTensor.Of(name, value.Shape, value.Integers.Span),
        ElementType.Int32 => RuntimeTensor.Of<int>(name, value.Shape, [.. value.Integers.AsEnumerable().Select(n => (int)n)]),
        _ => throw new ArgumentException($"Not yet: {value}."),
    };
}
