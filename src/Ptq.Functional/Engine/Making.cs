using Ptq.Engine.Stages;
using Ptq.Numerics;
using Ptq.Quantization;

namespace Ptq.Engine;

/// <summary>What decides the codes of a tensor, or the sums behind a convolution's or linear layer's codes. Equal origins, equal numbers.</summary>
/// <param name="Tensor">Its name.</param>
/// <param name="Sums">Whether the sums are meant.</param>
/// <param name="Inputs">The identities of the inputs' codes.</param>
/// <param name="Rule">How reals become codes.</param>
/// <param name="Image">The parameters of the network's input, for it alone.</param>
/// <param name="Operation">What makes any other; for sums, without a requantizer.</param>
/// <param name="Pool">A pool behind the operation that is one with it.</param>
internal sealed record Origin(string Tensor, bool Sums, Values<int> Inputs, AffineRule Rule, AffineParams? Image, QOp? Operation, QOp.MaxPool? Pool = null)
{
    private static Requantizer None => new Requantizer.Float32([], 0, 0, 0);

    /// <summary>The origin of the sums of a convolution or a linear layer.</summary>
    public Origin? BeforeRequantization => Operation is QOp.Dot dot ? this with { Sums = true, Operation = dot with { Requantizer = None } } : null;
}

/// <summary>Codes (channels last) or sums of all images, from an earlier run.</summary>
/// <param name="Origin">What decided them.</param>
/// <param name="Id">The identity of the tensor's codes; it says nothing of sums.</param>
/// <param name="Codes">The codes, else empty.</param>
/// <param name="Sums">The sums, else empty.</param>
internal sealed record Kept(Origin Origin, int Id, short[] Codes, int[] Sums)
{
    public long Bytes => Codes.LongLength * sizeof(short) + Sums.LongLength * sizeof(int);
}

/// <summary>Where a run gets the codes of a tensor from.</summary>
internal enum Source
{
    /// <summary>Nothing that is computed reads them.</summary>
    Unneeded,

    /// <summary>They are kept.</summary>
    Codes,

    /// <summary>The sums are kept, to be requantized.</summary>
    Sums,

    /// <summary>From the inputs.</summary>
    Inputs,
}

/// <summary>How a run makes the codes of a tensor.</summary>
/// <param name="Slot">Its place in the workspace.</param>
/// <param name="Writer">The operation's stage; none for the input.</param>
/// <param name="Id">The identity of its codes.</param>
/// <param name="Origin">What decides its codes.</param>
/// <param name="Codes">Its codes, kept.</param>
/// <param name="Sums">The sums before its codes, kept.</param>
internal sealed record Making(Slot Slot, Stage? Writer, int Id, Origin Origin, Kept? Codes, Kept? Sums)
{
    public Source Source { get; init; }

    /// <summary>Room for its codes, where they are to be kept.</summary>
    public Kept? CodesToKeep { get; init; }

    /// <summary>Room for its sums, where they are to be kept.</summary>
    public Kept? SumsToKeep { get; init; }

    /// <summary>Writes the codes of a block of images.</summary>
    /// <param name="engine">The compiled network.</param>
    /// <param name="images">The images of the network.</param>
    /// <param name="workspace">Where they go.</param>
    /// <param name="first">The block's first image.</param>
    /// <param name="count">How many images it has.</param>
    public void Run(IntegerEngine engine, Tensors.Tensor images, Workspace workspace, int first, int count)
    {
        var codes = workspace[Slot][..(count * Slot.Size)];
        switch (Source)
        {
            case Source.Unneeded: return;
            case Source.Codes:
                Part(Codes!.Codes, first, count, Slot.Size).CopyTo(codes);
                return;
            case Source.Sums when Writer is ISummingStage dot:
                dot.Run(workspace, count, Part(Sums!.Sums, first, count, dot.SumsPerImage), SumWork.Requantize);
                break;
            case Source.Inputs when Writer is ISummingStage dot && SumsToKeep is { } room:
                dot.Run(workspace, count, Part(room.Sums, first, count, dot.SumsPerImage), SumWork.All);
                break;
            case Source.Inputs when Writer is null: engine.Load(images, first, count, workspace); break;
            default: Writer!.Run(workspace, count); break;
        }
        if (CodesToKeep is { } kept) codes.CopyTo(Part(kept.Codes, first, count, Slot.Size));
    }

    private static Span<T> Part<T>(T[] all, int first, int count, int size) => all.AsSpan(first * size, count * size);
}
