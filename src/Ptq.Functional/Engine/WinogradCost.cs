using Ptq.Engine.Kernels;
using Ptq.Model;

namespace Ptq.Engine;

/// <summary>What an image's sums cost, in products of the direct way; the constants were measured with 256-bit vectors, from 8 to 256 channels and from 7×7 to 56×56.</summary>
internal static class WinogradCost
{
    /// <summary>By how much the direct way must cost more: estimates are 1.2 to 1.5 times too good, since padding and requantizing cost both ways the same and short sums run slower.</summary>
    public const double Margin = 1.6;

    private const int Tiles = 6; // the kernel's whole tile
    private const double Input = 250, Output = 400; // the transforms of a 4×4 tile and a channel
    private const long Weights = 2 << 20; // bytes of transformed filters; more of them come from too far for every block of tiles (256 channels, F(4×4): 1.4 times direct, F(2×2): 1.6)

    /// <summary>
    /// How many products of bytes (vpdpbusd, 256 bits) there are in the time of one of 16-bit integers, of which the Winograd way is made as well; 0 where there is no such instruction. On a processor
    /// that has them all the direct kernels did 425 billion operations a second, against 380 with 512 and 170 with 256 bits.
    /// </summary>
    public static double Bytes(VectorWidth widest) =>
        !DotKernels.HasInt8(widest) ? 0 : DotKernels.Int16.Last(k => k.IsSupported && k.Width <= widest).Width == VectorWidth.Bits512 ? 425.0 / 380 : 425.0 / 170;

    /// <summary>A product for every tap.</summary>
    public static double Direct(QOp.Dot op) => 9.0 * op.OutputShape.Count * op.Weights.Shape[1];

    /// <summary>F(m×m, 3×3).</summary>
    public static double Of(int tile, QOp.Dot op)
    {
        var (places, c, o) = (new WinogradMatrices(tile).Places, op.Weights.Shape[1], op.Weights.Shape[0]);
        if (2L * places * c * o > Weights && tile > 2) return double.PositiveInfinity;
        double Along(WindowAxis axis, int length) => (axis.Outputs(length) + tile - 1) / tile;
        var tiles = Along(op.Window.Rows, op.InputImage[1]) * Along(op.Window.Columns, op.InputImage[2]);
        return places * (Math.Ceiling(tiles / Tiles) * Tiles * c * o + tiles / 36 * (Input * c + Output * o));
    }
}
