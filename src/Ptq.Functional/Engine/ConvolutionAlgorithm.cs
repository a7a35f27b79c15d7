namespace Ptq.Engine;

/// <summary>How the sums of a convolution are made; every way gives the same.</summary>
internal enum ConvolutionAlgorithm
{
    /// <summary>The fastest of those that are proved exact for the layer.</summary>
    Auto,

    /// <summary>A product of 16-bit integers for every tap.</summary>
    Direct,

    /// <summary>A product of bytes for every tap, also where no instruction makes that fast.</summary>
    Direct8,

    /// <summary>F(2×2, 3×3).</summary>
    Winograd2,

    /// <summary>F(4×4, 3×3).</summary>
    Winograd4,
}
