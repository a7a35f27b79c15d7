using LanguageExt;
using Ptq.Numerics;
using Ptq.Tensors;

namespace Ptq.Onnx;

/// <summary>
/// A file that is still to be written, as a list of what its bytes are: tensors stand in it as the network holds them, so that a file of any
/// length takes no more room than the network itself.
/// </summary>
public sealed class FileImage
{
    private const int PieceLength = 1 << 20;

    private readonly FilePart[] parts;
    private readonly long[] starts;

    internal FileImage(IEnumerable<FilePart> parts)
    {
        this.parts = [.. parts.Where(part => part.Length > 0)];
        starts = new long[this.parts.Length];
        foreach (var (i, part) in this.parts.Index())
        {
            starts[i] = Length;
            Length += part.Length;
        }
    }

    /// <summary>How many bytes the file has.</summary>
    public long Length { get; }

    /// <summary>Copies some of the bytes.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="to">Written; no longer than what the file has from there on.</param>
    public void Read(long offset, Span<byte> to)
    {
        if (offset < 0 || to.Length > Length - offset) throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{to.Length} bytes of {Length}");
        for (var i = Array.BinarySearch(starts, offset) is var found && found < 0 ? ~found - 1 : found; to.Length > 0; i++)
        {
            var from = parts[i].Span[(int)(offset - starts[i])..];
            var count = Math.Min(from.Length, to.Length);
            from[..count].CopyTo(to);
            offset += count;
            to = to[count..];
        }
    }

    /// <summary>The bytes in order, a mebibyte or less at a time. A piece is good until the next one is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        var piece = new byte[(int)Math.Min(PieceLength, Length)];
        for (var offset = 0L; offset < Length; offset += piece.Length)
        {
            var count = (int)Math.Min(piece.Length, Length - offset);
            Read(offset, piece.AsSpan(0, count));
            yield return piece.AsMemory(0, count);
        }
    }

    /// <summary>All bytes.</summary>
    /// <exception cref="InvalidOperationException">They are too many for an array.</exception>
    public byte[] ToArray()
    {
        var bytes = new byte[Length <= Array.MaxLength ? Length : throw new InvalidOperationException($"{Length} bytes are too many for an array.")];
        Read(0, bytes);
        return bytes;
    }

    /// <summary>The file as one beside a model that can be read already.</summary>
    public ExternalFile ToExternal() => new(Length, (offset, to) =>
    {
        Read(offset, to);
        return Unit.Default;
    });
}

/// <summary>Bytes, or the elements of a tensor.</summary>
internal readonly record struct FilePart(Values<byte> Bytes, Constant? Tensor)
{
    public ReadOnlySpan<byte> Span => Tensor is null ? Bytes.Span : Tensor.Span;

    public int Length => Span.Length;
}

/// <summary>A network as files.</summary>
/// <param name="Model">The ModelProto.</param>
/// <param name="Data">The file beside it that has the large tensors; null where they are in the model. It belongs on the disk before the model.</param>
public sealed record OnnxFiles(FileImage Model, FileImage? Data)
{
    /// <summary>How many bytes they have together.</summary>
    public long Length => Model.Length + (Data?.Length ?? 0);
}
