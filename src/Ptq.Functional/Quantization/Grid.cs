using System.Globalization;
using LanguageExt;
using Ptq.Errors;
using static LanguageExt.Prelude;

namespace Ptq.Quantization;

/// <summary>The integers that codes are taken from: 2 to 16 bits, signed or not, with or without the lowest one.</summary>
public sealed record Grid
{
    private Grid(int bits, bool signed, bool narrow) => (Bits, Signed, Narrow) = (bits, signed, narrow);

    /// <summary>0 … 255.</summary>
    public static Grid UInt8 { get; } = new(8, false, false);

    /// <summary>−128 … 127.</summary>
    public static Grid Int8 { get; } = new(8, true, false);

    /// <summary>−64 … 63.</summary>
    public static Grid Int7 { get; } = new(7, true, false);

    /// <summary>The width of a code, 2 to 16.</summary>
    public int Bits { get; }

    /// <summary>Two's complement codes around 0, else codes from 0 on.</summary>
    public bool Signed { get; }

    /// <summary>Whether the lowest code is left out, so that the grid is as wide below its middle as above.</summary>
    public bool Narrow { get; }

    /// <summary>The middle code: 0 where signed, else 2^(bits − 1).</summary>
    public int Middle => Signed ? 0 : 1 << Bits - 1;

    /// <summary>The lowest code.</summary>
    public int Min => Middle - (1 << Bits - 1) + (Narrow ? 1 : 0);

    /// <summary>The highest code.</summary>
    public int Max => Middle + (1 << Bits - 1) - 1;

    /// <summary>The same grid without its lowest code.</summary>
    public Grid Narrowed => new(Bits, Signed, true);

    /// <summary>A grid of so many bits.</summary>
    public static Validation<Fault, Grid> Create(int bits, bool signed, bool narrow = false) => bits is >= 2 and <= 16
        ? Success<Fault, Grid>(new(bits, signed, narrow))
        : Fail<Fault, Grid>(new("bits", bits.ToString(CultureInfo.InvariantCulture), "2 to 16"));

    /// <summary>The nearest code of the grid.</summary>
    public int Clamp(int code) => Math.Clamp(code, Min, Max);

    /// <summary>As <c>u8</c>, <c>s8</c>; a narrow grid as <c>s8 narrow</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Signed ? 's' : 'u')}{Bits}{(Narrow ? " narrow" : "")}");
}
