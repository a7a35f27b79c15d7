using LanguageExt;
using Ptq.Errors;

namespace Ptq.Onnx;

/// <summary>Reads bytes of a file from an offset on until <paramref name="to"/> is full.</summary>
/// <param name="offset">Where to begin.</param>
/// <param name="to">Written.</param>
public delegate Either<PtqError, Unit> ReadRange(long offset, Span<byte> to);

/// <summary>A file beside a model, read where a tensor lies: it can be longer than an array, and is never in memory as a whole.</summary>
/// <param name="Length">How many bytes it has.</param>
/// <param name="Read">Reads some of them; it is asked for none beyond the length.</param>
public sealed record ExternalFile(long Length, ReadRange Read)
{
    /// <summary>Bytes as a file.</summary>
    public static ExternalFile Of(ReadOnlyMemory<byte> bytes) => new(bytes.Length, (offset, to) =>
    {
        bytes.Span.Slice((int)offset, to.Length).CopyTo(to);
        return Unit.Default;
    });
}
