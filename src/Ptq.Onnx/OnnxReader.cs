using LanguageExt;
using Ptq.Errors;
using Ptq.Model;

namespace Ptq.Onnx;

/// <summary>Reads float32 networks from ONNX files.</summary>
public static class OnnxReader
{
    /// <summary>
    /// The network of a ModelProto, BatchNorms where they are. Weights are initializers or Constant nodes, as raw or typed float,
    /// float16 or double; the batch axis may be of any size.
    /// </summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="bytes">The file.</param>
    /// <returns>The graph, or the node, operator and attribute that it cannot express.</returns>
    public static Either<PtqError, Graph> Parse(string name, ReadOnlyMemory<byte> bytes) => OnnxModel.Parse(name, bytes).Bind(model => OnnxImport.ToGraph(name, model));
}
