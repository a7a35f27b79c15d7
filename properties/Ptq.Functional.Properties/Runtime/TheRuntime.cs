using LanguageExt;
using Ptq.Experiments.Runtime;
using Ptq.Model;
using Ptq.Onnx;
using Ptq.Properties.Framework;
using Ptq.Tensors;
using static Ptq.Properties.Expect;

namespace Ptq.Properties.Runtime;

/// <summary>The ONNX Runtime that the laws about it share.</summary>
internal static class TheRuntime
{
    private static readonly RuntimeServer Server = new(RuntimeServer.DefaultFolder);

    static TheRuntime() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Server.Dispose();

    /// <summary>Why there is none here; null where there is one.</summary>
    public static string? Missing { get; } = Server.Missing;

    /// <summary>What it makes of a network, by the outputs' names; or why it makes nothing.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="exact">Whether to ask for exact products of u8 and s8; networks of s8 activations need not be asked for, and fail to load where they are.</param>
    public static Either<RuntimeFailure, ByName<Operand>> Run(Model.Network network, ByName<Operand> inputs, bool exact) =>
        Server.Run(Right(OnnxFile.Write(network)), [[.. inputs.Names.AsEnumerable().Select(name => RuntimeTensor.FromBytes(name, NameOf(inputs[name].Type), inputs[name].Shape, Constant.Of(inputs[name]).Bytes.Span))]], exact: exact)
            .Map(runs => runs[0].Map((_, tensor) => Constant.Of(Enum.GetValues<ElementType>().Single(type => NameOf(type) == tensor.Type), tensor.Shape, tensor.Data).ToOperand()));

    private static string NameOf(ElementType type) => type == ElementType.Float32 ? "float" : type == ElementType.Float64 ? "double" : type.Name;
}

/// <summary>A property of the ONNX Runtime: skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RuntimePropertyAttribute : PropertyAttribute
{
    public RuntimePropertyAttribute() => Skip = TheRuntime.Missing;
}
