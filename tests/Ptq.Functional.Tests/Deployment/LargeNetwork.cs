using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Deployment;

/// <summary>Networks of simple layers whose weights are large, the same ones every time.</summary>
internal static class LargeNetwork
{
    /// <summary>Two convolutions, then MatMul and Gemm in turn, of x [N, 3, 8, 8].</summary>
    /// <param name="width">The length of the inner axes.</param>
    /// <param name="layers">How many products of matrices.</param>
    public static Network Of(int width, int layers)
    {
        var (constants, operations, at) = (new List<(string, Constant)>(), new List<Operation>(), "x");
        string Weights(double spread, params int[] lengths)
        {
            var shape = Shape.Of(lengths);
            constants.Add(($"w{constants.Count}", Constant.Of(Tensor.Of(shape, Noise(shape.Count, (uint)constants.Count + 1, spread)))));
            return constants[^1].Item1;
        }
        void Add(string op, string[] inputs, params (string, AttributeValue)[] attributes)
        {
            operations.Add(new($"{op}{operations.Count}", op, Values.Of<string>(inputs), $"y{operations.Count}", attributes));
            at = operations[^1].Output;
        }
        static AttributeValue Each(params long[] values) => new AttributeValue.Wholes(Values.Of<long>(values));

        Add("Conv", [at, Weights(0.4, 64, 3, 3, 3), Weights(0.1, 64)], ("pads", Each(1, 1, 1, 1)));
        Add("Relu", [at]);
        Add("Conv", [at, Weights(0.1, width, 64, 3, 3), Weights(0.1, width)], ("strides", Each(2, 2)));
        Add("Relu", [at]);
        Add("GlobalAveragePool", [at]);
        Add("Flatten", [at]);
        for (var i = 0; i < layers; i++)
        {
            if (i % 2 == 0) Add("MatMul", [at, Weights(2 / Math.Sqrt(width), width, width)]);
            else Add("Gemm", [at, Weights(2 / Math.Sqrt(width), width, width), Weights(0.1, width)], ("transB", new AttributeValue.Whole(1)));
            Add("Relu", [at]);
        }
        return Right(Network.Create(17, [new("x", ElementType.Float32, [new(-1, "N"), new(3), new(8), new(8)])], ByName<Constant>.Of(constants), Values.From(operations), [new(at, ElementType.Float32, [new(-1, "N"), new(width)])], NetworkInfo.Named("large")));
    }

    /// <summary>Inputs for it.</summary>
    public static ByName<Operand> Inputs(int count) => ByName<Operand>.Of([("x", Operand.Of(Tensor.Of(Shape.Of(count, 3, 8, 8), Noise(count * 3 * 8 * 8, 77, 1))))]);

    private static Values<float> Noise(int count, uint seed, double spread) => Values.Create<float, (uint Seed, double Spread)>(count, (seed * 2654435761u | 1, spread), static (to, s) =>
    {
        var x = s.Seed;
        for (var i = 0; i < to.Length; i++)
        {
            x ^= x << 13; // Marsaglia's xorshift
            x ^= x >> 17;
            x ^= x << 5;
            to[i] = (float)((x / 4294967296.0 - 0.5) * 2 * s.Spread);
        }
    });
}
