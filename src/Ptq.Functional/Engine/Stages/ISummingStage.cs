namespace Ptq.Engine.Stages;

/// <summary>A stage whose sums can be kept for another one with the same inputs, weights and biases.</summary>
internal interface ISummingStage
{
    /// <summary>The sums of one image, the output channels of every group filled up to whole panels.</summary>
    int SumsPerImage { get; }

    /// <summary>Writes the codes of a block of images, and its sums.</summary>
    /// <param name="workspace">The codes.</param>
    /// <param name="images">How many images the block has.</param>
    /// <param name="kept">The sums, images · <see cref="SumsPerImage"/> long; empty where nobody wants them.</param>
    /// <param name="work">What is to be done.</param>
    void Run(Workspace workspace, int images, Span<int> kept, SumWork work);
}

/// <summary>What of a summing stage is to be done.</summary>
internal enum SumWork
{
    /// <summary>The sums, and codes of them.</summary>
    All,

    /// <summary>The sums alone.</summary>
    Sum,

    /// <summary>Codes of sums that are there: the input is not read.</summary>
    Requantize,
}
