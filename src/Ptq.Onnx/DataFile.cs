using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>The file beside a model that its large tensors go to (ONNX IR, "External Tensor Data").</summary>
/// <param name="location">Its name.</param>
internal sealed class DataFile(string location)
{
    /// <summary>Tensors of fewer bytes stay in the model.</summary>
    private const int Large = 4096;

    /// <summary>Tensors begin at multiples of it, so that a runtime can map them into memory.</summary>
    private const int Alignment = 4096;

    private readonly List<FilePart> parts = [];
    private long length;

    /// <summary>The file's name.</summary>
    public string Location => location;

    public FileImage Image => new(parts);

    /// <summary>Where a tensor is in the file; null where it stays in the model.</summary>
    public long? Put(Constant tensor)
    {
        if (tensor.Span.Length < Large) return null;
        if (length % Alignment is > 0 and var over) Add(new(Values.Of<byte>(new byte[Alignment - over]), null));
        var offset = length;
        Add(new(default, tensor));
        return offset;
    }

    private void Add(FilePart part)
    {
        parts.Add(part);
        length += part.Length;
    }
}
