namespace Ptq.Engine.Kernels;

/// <summary>The vectors that a kernel takes. Every width gives the same bits; it only decides how fast.</summary>
public enum VectorWidth
{
    /// <summary>One output at a time.</summary>
    Scalar = 0,

    /// <summary>128 bits.</summary>
    Bits128 = 128,

    /// <summary>256 bits.</summary>
    Bits256 = 256,

    /// <summary>512 bits.</summary>
    Bits512 = 512,
}

internal static class VectorWidths
{
    extension(VectorWidth width)
    {
        /// <summary>As a person says it.</summary>
        public string Name => width is VectorWidth.Scalar ? "scalar" : $"{(int)width} bits";
    }
}
