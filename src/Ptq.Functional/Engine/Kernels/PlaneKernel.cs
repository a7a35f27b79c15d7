using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ptq.Engine.Kernels;

/// <summary>
/// One filter slid along a line of inputs: sums[i] = start + Σ x[i + step] · weight, a vector of neighbouring outputs at a time. Where a
/// group has few outputs (a depthwise convolution has one) this fills the lanes that <see cref="DotKernel"/> would leave empty.
/// </summary>
/// <param name="x">The inputs, with <see cref="PlaneKernel.Slack"/> more than the last sum reads.</param>
/// <param name="steps">Where each tap reads, from an output's place on.</param>
/// <param name="weights">A tap's weight each.</param>
/// <param name="start">What the sums begin with.</param>
/// <param name="count">How many sums are wanted.</param>
/// <param name="sums">Written, and <see cref="PlaneKernel.Slack"/> more.</param>
internal delegate void Slide(ReadOnlySpan<float> x, ReadOnlySpan<int> steps, ReadOnlySpan<float> weights, float start, int count, Span<float> sums);

/// <summary>A sliding kernel on one kind of vector: a path, as a value.</summary>
/// <param name="Width">The vectors it takes.</param>
/// <param name="Lanes">Neighbouring outputs a vector.</param>
/// <param name="IsSupported">Whether this machine can run it.</param>
/// <param name="Run">The kernel.</param>
internal sealed record PlaneKernel(VectorWidth Width, int Lanes, bool IsSupported, Slide Run)
{
    /// <summary>How far a vector may reach beyond the last sum.</summary>
    public const int Slack = 16;

    private const int Vectors = 8; // as many chains of dependent additions as hide their latency

    /// <summary>The kernels there are, narrowest first.</summary>
    public static ImmutableArray<PlaneKernel> All { get; } =
    [
        Of<FloatLanes.Scalar<float>, float>(VectorWidth.Scalar),
        Of<FloatLanes.Wide128<float>, Vector128<float>>(VectorWidth.Bits128),
        Of<FloatLanes.Wide256<float>, Vector256<float>>(VectorWidth.Bits256),
        Of<FloatLanes.Wide512<float>, Vector512<float>>(VectorWidth.Bits512),
    ];

    /// <summary>The widest kernel that this machine runs and <paramref name="widest"/> allows.</summary>
    public static PlaneKernel For(VectorWidth widest) => All.Last(k => k.IsSupported && k.Width <= widest);

    private static PlaneKernel Of<TLanes, TVector>(VectorWidth width) where TLanes : ILanes<float, float, TVector, TVector> =>
        new(width, TLanes.Count, TLanes.IsSupported, Slid<TLanes, TVector>);

    // The inputs stand where a dot product has its weights, and the weight where it has its input: the products are the same.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slid<TLanes, TVector>(ReadOnlySpan<float> x, ReadOnlySpan<int> steps, ReadOnlySpan<float> weights, float start, int count, Span<float> sums)
        where TLanes : ILanes<float, float, TVector, TVector>
    {
        var last = 0;
        foreach (var step in steps) last = step >= 0 ? Math.Max(last, step) : throw new ArgumentException("A step goes backwards.");
        if (weights.Length < steps.Length || sums.Length < count + Slack || x.Length < last + count + Slack) throw new ArgumentException("The buffers do not fit together.");

        Span<float> starts = stackalloc float[Slack];
        starts.Fill(start);
        var begin = TLanes.LoadSums(ref MemoryMarshal.GetReference(starts));
        ref var input = ref MemoryMarshal.GetReference(x);
        ref var output = ref MemoryMarshal.GetReference(sums);
        var i = 0;
        for (; i + (Vectors - 1) * TLanes.Count < count; i += Vectors * TLanes.Count)
        {
            var (s0, s1, s2, s3, s4, s5, s6, s7) = (begin, begin, begin, begin, begin, begin, begin, begin);
            ref var from = ref Unsafe.Add(ref input, i);
            ref var weight = ref MemoryMarshal.GetReference(weights);
            foreach (var step in steps)
            {
                ref var at = ref Unsafe.Add(ref from, step);
                s0 = TLanes.Add(s0, TLanes.LoadWeights(ref at), ref weight);
                s1 = TLanes.Add(s1, TLanes.LoadWeights(ref Unsafe.Add(ref at, TLanes.Count)), ref weight);
                s2 = TLanes.Add(s2, TLanes.LoadWeights(ref Unsafe.Add(ref at, 2 * TLanes.Count)), ref weight);
                s3 = TLanes.Add(s3, TLanes.LoadWeights(ref Unsafe.Add(ref at, 3 * TLanes.Count)), ref weight);
                s4 = TLanes.Add(s4, TLanes.LoadWeights(ref Unsafe.Add(ref at, 4 * TLanes.Count)), ref weight);
                s5 = TLanes.Add(s5, TLanes.LoadWeights(ref Unsafe.Add(ref at, 5 * TLanes.Count)), ref weight);
                s6 = TLanes.Add(s6, TLanes.LoadWeights(ref Unsafe.Add(ref at, 6 * TLanes.Count)), ref weight);
                s7 = TLanes.Add(s7, TLanes.LoadWeights(ref Unsafe.Add(ref at, 7 * TLanes.Count)), ref weight);
                weight = ref Unsafe.Add(ref weight, 1);
            }
            ref var to = ref Unsafe.Add(ref output, i);
            TLanes.Store(s0, ref to);
            TLanes.Store(s1, ref Unsafe.Add(ref to, TLanes.Count));
            TLanes.Store(s2, ref Unsafe.Add(ref to, 2 * TLanes.Count));
            TLanes.Store(s3, ref Unsafe.Add(ref to, 3 * TLanes.Count));
            TLanes.Store(s4, ref Unsafe.Add(ref to, 4 * TLanes.Count));
            TLanes.Store(s5, ref Unsafe.Add(ref to, 5 * TLanes.Count));
            TLanes.Store(s6, ref Unsafe.Add(ref to, 6 * TLanes.Count));
            TLanes.Store(s7, ref Unsafe.Add(ref to, 7 * TLanes.Count));
        }
        for (; i < count; i += TLanes.Count)
        {
            var sum = begin;
            ref var from = ref Unsafe.Add(ref input, i);
            for (var s = 0; s < steps.Length; s++)
                sum = TLanes.Add(sum, TLanes.LoadWeights(ref Unsafe.Add(ref from, steps[s])), ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), s));
            TLanes.Store(sum, ref Unsafe.Add(ref output, i));
        }
    }
}
