namespace Ptq.Quantization;

/// <summary>The code of a mean of codes under <see cref="Contract.MlasFloat32"/>.</summary>
internal static class CodeMean
{
    /// <summary>What the sum of x_q − z_x over a whole plane is multiplied by: f32(s_x / f32(s_y · count)).</summary>
    public static float Factor(float from, float to, int count) => from / (to * count);
}
