namespace Ptq.Quantization;

/// <summary>
/// The code of a mean of codes under <see cref="Contract.MlasFloat32"/>, as QLinearAveragePool computes it: the reals s_x · (x_q − z_x) are summed in float32 in index order, and
/// rne(f32(f32(sum / count) / s_y) + z_y) is the code. Where a window is a whole plane, sums are of integers instead: see <see cref="Factor"/>.
/// </summary>
internal readonly record struct CodeMean
{
    private readonly (float Scale, int Zero) x, y;
    private readonly int low, high;

    /// <summary>The mean of codes with these parameters.</summary>
    public CodeMean((float Scale, int Zero) x, (float Scale, int Zero) y, int low, int high) => (this.x, this.y, this.low, this.high) = (x, y, low, high);

    /// <summary>What a code adds to the sum.</summary>
    public float Real(int code) => x.Scale * (code - x.Zero);

    /// <summary>The code.</summary>
    public int Of(float sum, long count) => Int32Codes.Of(sum / count / y.Scale + y.Zero, low, high);

    /// <summary>f32(s_x / f32(s_y · count)): what the INT32 sum of x_q − z_x over a whole plane is multiplied by in QLinearGlobalAveragePool, to be rounded as the sums of QLinearConv are.</summary>
    public static float Factor(float x, float y, int count) => x / (y * count);
}
