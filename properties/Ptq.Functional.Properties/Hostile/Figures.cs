using System.Diagnostics;
using System.Globalization;
using LanguageExt;
using Ptq.Errors;

namespace Ptq.Properties.Hostile;

/// <summary>What reading hostile files costs, and whether that is within what is promised. One a law; it counts as it goes.</summary>
internal sealed class Figures
{
    private int answered, refused;
    private double worstMultiple, worstMilliseconds;

    /// <summary>No case may take longer: a machine that is busy with other things included.</summary>
    private static TimeSpan MostTime { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether reading gives an answer, or an error that names the file, in bounded time and memory. What is wrong is thrown with its figures.</summary>
    /// <param name="file">The file.</param>
    /// <param name="read">The reader.</param>
    /// <param name="multiple">Of the file's length, in allocated bytes, beside <paramref name="constant"/>.</param>
    /// <param name="constant">What reading nothing takes at most, in bytes.</param>
    public Option<T> Read<T>(HostileFile file, Func<string, byte[], Either<PtqError, T>> read, long multiple, long constant)
    {
        var (allocated, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        var answer = read(file.Name, file.Bytes);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Took(Stopwatch.GetElapsedTime(started));
        worstMultiple = Math.Max(worstMultiple, (double)(allocated - constant) / Math.Max(1, file.Bytes.Length));
        if (allocated > multiple * file.Bytes.Length + constant)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes allocated for {file.Bytes.Length}: {(double)(allocated - constant) / file.Bytes.Length:0.0} times, beside {constant}"));
        return answer.Match(Right: value =>
        {
            answered++;
            return Prelude.Some(value);
        }, Left: error =>
        {
            refused++;
            Names(file.Name, error);
            return Option<T>.None;
        });
    }

    /// <summary>Something of a case took so long.</summary>
    public void Took(TimeSpan time)
    {
        worstMilliseconds = Math.Max(worstMilliseconds, time.TotalMilliseconds);
        if (time > MostTime) throw new InvalidOperationException($"It took {time}.");
    }

    /// <summary>Each line of an error is a message that names the place.</summary>
    public static void Names(string place, PtqError error)
    {
        foreach (var line in error is PtqError.BadRequest all ? all.Faults.Span.ToArray().Select(f => f.Describe()) : [error.Describe()]) Names(place, line);
    }

    /// <summary>A message is a line that a terminal can show, of a length that a person can read, and names the place.</summary>
    public static void Names(string place, string message)
    {
        if (!message.Contains(place, StringComparison.Ordinal)) throw new InvalidOperationException($"'{message}' does not name {place}.");
        if (message.Length > 4000) throw new InvalidOperationException($"A message of {message.Length} characters: {message[..200]}…");
        if (message.Any(char.IsControl)) throw new InvalidOperationException($"A message with control characters: {string.Concat(message.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : $"{c}"))}");
    }

    /// <summary>For the log of a long run.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{answered + refused} files, {answered} answered, {refused} refused; at most {worstMultiple:0.0} times the file beside the constant, {worstMilliseconds:0} ms");
}
