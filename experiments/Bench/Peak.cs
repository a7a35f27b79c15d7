using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ptq.Experiments.Bench;

/// <summary>What the processor can do at most: products of int16 pairs (vpmaddwd) and of fours of bytes (vpdpbusd) summed to INT32, twelve sums at a time, nothing loaded.</summary>
internal static class Peak
{
    private const int Steps = 20_000, Sums = 12, Products = 16, ByteProducts = 32;

    /// <summary>Billions of operations a second of vpmaddwd, a product and its addition being two; null where there is no such instruction.</summary>
    public static double? Gops() => Avx2.IsSupported ? Best(Products, i => Run(Vector256.Create((short)i))) : null;

    /// <summary>The same of vpdpbusd with AVX-VNNI.</summary>
    public static double? ByteGops() => AvxVnni.IsSupported ? Best(ByteProducts, i => RunBytes(Vector256.Create((byte)i), Vector256.Create((sbyte)-i))) : null;

    private static double Best(int products, Func<int, int> run)
    {
        var best = 0.0;
        for (var i = 0; i < 60; i++)
        {
            var start = Stopwatch.GetTimestamp();
            GC.KeepAlive(run(i));
            best = Math.Max(best, 2.0 * Steps * Sums * products / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        return best;
    }

    /// <summary>Billions of bytes a second that one thread reads from memory: the best of some passes over more than a cache holds.</summary>
    public static double Bandwidth()
    {
        var numbers = new long[1 << 24]; // 128 MiB
        Array.Fill(numbers, 1);
        var best = 0.0;
        for (var i = 0; i < 12; i++)
        {
            var start = Stopwatch.GetTimestamp();
            GC.KeepAlive(numbers.AsSpan().Count(2));
            best = Math.Max(best, (double)numbers.Length * sizeof(long) / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int Run(Vector256<short> x)
    {
        Vector256<int> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = Vector256.Create(7);
        for (var step = 0; step < Steps; step++)
        {
            a = Avx2.Add(a, Avx2.MultiplyAddAdjacent(x, a.AsInt16()));
            b = Avx2.Add(b, Avx2.MultiplyAddAdjacent(x, b.AsInt16()));
            c = Avx2.Add(c, Avx2.MultiplyAddAdjacent(x, c.AsInt16()));
            d = Avx2.Add(d, Avx2.MultiplyAddAdjacent(x, d.AsInt16()));
            e = Avx2.Add(e, Avx2.MultiplyAddAdjacent(x, e.AsInt16()));
            f = Avx2.Add(f, Avx2.MultiplyAddAdjacent(x, f.AsInt16()));
            g = Avx2.Add(g, Avx2.MultiplyAddAdjacent(x, g.AsInt16()));
            h = Avx2.Add(h, Avx2.MultiplyAddAdjacent(x, h.AsInt16()));
            i = Avx2.Add(i, Avx2.MultiplyAddAdjacent(x, i.AsInt16()));
            j = Avx2.Add(j, Avx2.MultiplyAddAdjacent(x, j.AsInt16()));
            k = Avx2.Add(k, Avx2.MultiplyAddAdjacent(x, k.AsInt16()));
            l = Avx2.Add(l, Avx2.MultiplyAddAdjacent(x, l.AsInt16()));
        }
        return Vector256.Sum(a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l);
    }

    // Every sum waits for itself alone: twelve of them hide a latency of five or six cycles on two units.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int RunBytes(Vector256<byte> x, Vector256<sbyte> w)
    {
        Vector256<int> a, b, c, d, e, f, g, h, i, j, k, l;
        a = b = c = d = e = f = g = h = i = j = k = l = Vector256.Create(7);
        for (var step = 0; step < Steps; step++)
        {
            a = AvxVnni.MultiplyWideningAndAdd(a, x, w);
            b = AvxVnni.MultiplyWideningAndAdd(b, x, w);
            c = AvxVnni.MultiplyWideningAndAdd(c, x, w);
            d = AvxVnni.MultiplyWideningAndAdd(d, x, w);
            e = AvxVnni.MultiplyWideningAndAdd(e, x, w);
            f = AvxVnni.MultiplyWideningAndAdd(f, x, w);
            g = AvxVnni.MultiplyWideningAndAdd(g, x, w);
            h = AvxVnni.MultiplyWideningAndAdd(h, x, w);
            i = AvxVnni.MultiplyWideningAndAdd(i, x, w);
            j = AvxVnni.MultiplyWideningAndAdd(j, x, w);
            k = AvxVnni.MultiplyWideningAndAdd(k, x, w);
            l = AvxVnni.MultiplyWideningAndAdd(l, x, w);
        }
        return Vector256.Sum(a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l);
    }
}
