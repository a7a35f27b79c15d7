using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ptq.Engine.Kernels;

/// <summary>Codes as unsigned bytes, as <see cref="Int8Lanes"/> take them.</summary>
internal static class ByteCodes
{
    /// <summary>The bytes of a buffer of 16-bit integers.</summary>
    public static Span<byte> Of(Span<short> buffer) => MemoryMarshal.AsBytes(buffer);

    /// <summary>The bytes of a buffer of 16-bit integers.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<short> buffer) => MemoryMarshal.AsBytes(buffer);

    /// <summary>codes − low, modulo 2⁸; they lie within 0 and 255 where low is the grid's lowest code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Narrow(ReadOnlySpan<short> codes, short low, Span<byte> bytes)
    {
        if (bytes.Length < codes.Length) throw new ArgumentException("The buffers do not fit together.");
        var i = 0;
        ref var from = ref MemoryMarshal.GetReference(codes);
        ref var to = ref MemoryMarshal.GetReference(bytes);
        if (Vector256.IsHardwareAccelerated)
            for (var least = Vector256.Create(low); i <= codes.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
                Vector256.Narrow((Vector256.LoadUnsafe(ref from, (nuint)i) - least).AsUInt16(), (Vector256.LoadUnsafe(ref from, (nuint)i + 16) - least).AsUInt16()).StoreUnsafe(ref to, (nuint)i);
        if (Vector128.IsHardwareAccelerated)
            for (var least = Vector128.Create(low); i <= codes.Length - Vector128<byte>.Count; i += Vector128<byte>.Count)
                Vector128.Narrow((Vector128.LoadUnsafe(ref from, (nuint)i) - least).AsUInt16(), (Vector128.LoadUnsafe(ref from, (nuint)i + 8) - least).AsUInt16()).StoreUnsafe(ref to, (nuint)i);
        for (; i < codes.Length; i++) bytes[i] = unchecked((byte)(codes[i] - low));
    }
}
