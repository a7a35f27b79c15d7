using Ptq.Model;

namespace Ptq.Engine.Operators;

/// <summary>One axis of a pool over tensors: a window that may reach beyond the padding at the end.</summary>
/// <param name="Window">The window.</param>
/// <param name="Length">Inputs.</param>
/// <param name="Outputs">Outputs.</param>
internal readonly record struct PoolAxis(WindowAxis Window, int Length, int Outputs)
{
    /// <summary>The windows of a pool, from its attributes.</summary>
    public static PoolAxis[] Of(Site site)
    {
        var lengths = SlidingWindow.Spatial(site);
        var windows = SlidingWindow.Of(site, lengths, SlidingWindow.Kernel(site, lengths.Length));
        site.Fits([.. windows.Select((window, i) => window.Padded(lengths[i]))]);
        return [.. windows.Select((window, i) => new PoolAxis(window, lengths[i], OutputsOf(site, window, lengths[i])))];
    }

    /// <summary>An axis that is reduced to one output.</summary>
    public static PoolAxis Whole(int length) => new(new(length), length, 1);

    /// <summary>An axis that there is not.</summary>
    public static PoolAxis None => Whole(1);

    /// <summary>The taps of an output that read an input and no padding: from the first to before the last.</summary>
    public (int From, int To) Taps(int output)
    {
        var start = (long)output * Window.Stride - Window.Before;
        var from = start >= 0 ? 0 : Math.Min(Window.Kernel, (-start + Window.Dilation - 1) / Window.Dilation);
        var to = start >= Length ? from : Math.Clamp((Length - 1 - start) / Window.Dilation + 1, from, Window.Kernel);
        return ((int)from, (int)to);
    }

    /// <summary>The inputs of every output: which is the first, and how many there are.</summary>
    public (int From, int Count)[] Windows()
    {
        var windows = new (int, int)[Outputs];
        for (var output = 0; output < windows.Length; output++)
        {
            var (from, to) = Taps(output);
            windows[output] = (from == to ? 0 : Window.At(output, from), to - from);
        }
        return windows;
    }

    /// <summary>How many taps of an output lie on an input or on padding, and not beyond.</summary>
    public int Counted(int output)
    {
        var end = (long)Length + Window.After - ((long)output * Window.Stride - Window.Before);
        return (int)Math.Clamp((end + Window.Dilation - 1) / Window.Dilation, 0, Window.Kernel);
    }

    /// <summary>The most inputs that an output reads.</summary>
    public long Reads => Math.Min(Window.Kernel, (Length - 1L) / Window.Dilation + 1);

    // With ceil_mode the last window may be cut short, but it must begin on an input or on the padding in front.
    private static int OutputsOf(Site site, WindowAxis window, int length)
    {
        if (length == 0) throw site.Bad("input 0", $"{site.ShapeOf(0)}", "elements along every axis");
        var outputs = SlidingWindow.Outputs(site, window, length);
        if (!site.Flag("ceil_mode") || site.Text("auto_pad", "NOTSET") is "SAME_UPPER" or "SAME_LOWER") return outputs;
        if ((window.Padded(length) - window.Span) % window.Stride != 0) outputs++;
        return outputs > 1 && (outputs - 1L) * window.Stride >= (long)length + window.Before ? outputs - 1 : outputs;
    }
}
