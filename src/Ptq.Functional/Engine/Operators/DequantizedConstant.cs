using Ptq.Engine.Kernels;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Engine.Operators;

/// <summary>DequantizeLinear of a large constant: the same numbers as the operator's, without the codes as integers of 64 bits, which take twice the room of the result.</summary>
internal static class DequantizedConstant
{
    private const int Most = 4096; // codes at a time

    /// <summary>The operator made ready for codes that are never an operand.</summary>
    /// <param name="site">The operation.</param>
    /// <param name="prepared">The operator made ready.</param>
    /// <param name="codes">Input 0.</param>
    public static Prepared Of(Site site, Prepared prepared, Constant codes)
    {
        var spread = ParameterSpread.Of(site);
        return prepared with { HasCodes = true, Into = null, Run = inputs => [Run(prepared.Outputs[0].Type, spread, codes, inputs[1]!.Floats, inputs.At(2)?.Integers ?? default)] };
    }

    private static Operand Run(ElementType type, ParameterSpread spread, Constant codes, Values<float> scales, Values<long> zeros)
    {
        var values = new float[codes.Shape.Count];
        var some = new long[Math.Min(Most, values.Length)];
        foreach (var run in spread.Runs())
            for (var done = 0; done < run.Length; done += Most)
            {
                var from = some.AsSpan(0, Math.Min(Most, run.Length - done));
                var parameter = run.EachItsOwn ? run.Parameter + done : run.Parameter;
                var to = values.AsSpan(run.Start + done, from.Length);
                codes.CopyTo(run.Start + done, from);
                if (run.EachItsOwn) DequantizeKernel.Run(from, scales.Span.Slice(parameter, from.Length), zeros.Length == 0 ? [] : zeros.Span.Slice(parameter, from.Length), to);
                else DequantizeKernel.Run(from, scales[parameter], zeros.Length == 0 ? 0 : zeros[parameter], to);
            }
        Nominal.Round(type, values);
        return Operand.Of(type, codes.Shape, Values.Freeze(values));
    }
}
