using System.Security;
using System.Text;
using LanguageExt;
using Ptq.Errors;
using Ptq.Numerics;

namespace Ptq.Data;

/// <summary>The only type that touches files. What goes wrong is a <see cref="PtqError.NoAccess"/> that names the path as it was given.</summary>
public static class Disk
{
    /// <summary>Whether there is a file at the path.</summary>
    public static bool Exists(string path) => File.Exists(path);

    /// <summary>Whether there is a folder at the path.</summary>
    public static bool FolderExists(string path) => Directory.Exists(path);

    /// <summary>The names of the files in a folder, sorted ordinally; hidden ones (with a dot in front) and folders are left out.</summary>
    public static Either<PtqError, Values<string>> List(string folder) => Try<Values<string>>(folder, "read", () => Values.From(
        Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(name => name[0] != '.').Order(StringComparer.Ordinal)));

    /// <summary>The beginning of a file, at most so many bytes, and the length of all of it.</summary>
    public static Either<PtqError, (byte[] Bytes, long Length)> ReadHead(string path, int most) => Try<(byte[], long)>(path, "read", () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        var bytes = new byte[Math.Min(most, file.Length)];
        file.ReadExactly(bytes);
        return (bytes, file.Length);
    });

    /// <summary>All bytes of a file.</summary>
    /// <returns>The bytes; <see cref="PtqError.NoAccess"/> where the file cannot be read; <see cref="PtqError.BadFile"/> where
    /// it has more than 2³¹ − 57 bytes, .NET's longest array.</returns>
    public static Either<PtqError, byte[]> ReadAll(string path) => Try<byte[]>(path, "read", () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return file.CanSeek && file.Length > Array.MaxLength ? TooLong(path)
            : file.CanSeek && file.Length > 0 ? ReadSized(file)
            : ReadStream(path, file);
    });

    /// <summary>The length of a file in bytes.</summary>
    public static Either<PtqError, long> LengthOf(string path) => Try<long>(path, "read", () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        return file.Length;
    });

    /// <summary>Reads bytes of a file from an offset on, until <paramref name="to"/> is full.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="to">Written.</param>
    public static Either<PtqError, Unit> ReadRange(string path, long offset, Span<byte> to)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
            file.Position = offset;
            file.ReadExactly(to);
            return Unit.Default;
        }
        catch (Exception e) when (IsAnswer(e))
        {
            return new PtqError.NoAccess(path, "read", Reason(path, "read", e));
        }
    }

    /// <summary>Puts the bytes into a file, making its folder where there is none. At any moment, even if the program is
    /// killed, the path holds either the old file or the new one (a killed program may leave a <c>.ptq-*</c> file beside it).</summary>
    public static Either<PtqError, Unit> Write(string path, ReadOnlyMemory<byte> bytes) => Write([(path, bytes)]);

    /// <summary>Puts text into a file, in UTF-8 without a byte-order mark; otherwise <see cref="Write(string, ReadOnlyMemory{byte})"/>.</summary>
    public static Either<PtqError, Unit> Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Puts several files in place, once all of them are safely on the disk: an error before that leaves every old
    /// file as it was, and no file is ever half of one.</summary>
    public static Either<PtqError, Unit> Write(IReadOnlyList<(string Path, ReadOnlyMemory<byte> Bytes)> files) =>
        Write([.. files.Select(file => (file.Path, (IEnumerable<ReadOnlyMemory<byte>>)[file.Bytes]))]);

    /// <summary>The same for files that come in pieces, which are made while they are written. They are put in place in their order.</summary>
    public static Either<PtqError, Unit> Write(IReadOnlyList<(string Path, IEnumerable<ReadOnlyMemory<byte>> Pieces)> files)
    {
        var staged = new List<(string Path, string Temporary, string Target)>();
        try
        {
            foreach (var (path, pieces) in files)
                if (Try(path, "write", () => Stage(path, pieces, staged)) is { IsLeft: true } refused) return refused;
            foreach (var (path, temporary, target) in staged)
                if (Try(path, "write", () => Moved(temporary, target)) is { IsLeft: true } refused) return refused;
            return Unit.Default;
        }
        finally
        {
            foreach (var (path, temporary, _) in staged) Try(path, "write", () => Removed(temporary)); // moved ones are gone already
        }
    }

    /// <summary>Proves that files can be made in a folder, or in the nearest one above it that exists, so that a long run can
    /// fail at its beginning instead of its end. Leaves nothing behind.</summary>
    public static Either<PtqError, Unit> CheckWritable(string folder) => Try<Unit>(folder, "write", () =>
    {
        var existing = Path.GetFullPath(folder);
        if (FileInTheWay(folder, existing) is { } error) return error;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!; // the root exists
        var probe = Path.Combine(existing, TemporaryName());
        using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) return Unit.Default;
    });

    /// <summary>The same for a file that will be written.</summary>
    public static Either<PtqError, Unit> CheckWritableFor(string path) => Try<string>(path, "write", () =>
            Directory.Exists(path) ? new PtqError.NoAccess(path, "write", IsFolder) : Path.GetDirectoryName(Path.GetFullPath(path))!)
        .Bind(CheckWritable);

    private static Either<PtqError, byte[]> ReadSized(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    // Pipes and the like do not say how long they are.
    private static Either<PtqError, byte[]> ReadStream(string path, FileStream file)
    {
        var bytes = Arrivals.Read(file, Array.MaxLength);
        return bytes.Length == Array.MaxLength ? TooLong(path) : bytes.ToArray();
    }

    private static PtqError TooLong(string path) => new PtqError.BadFile(path, "length", "2 GiB or more", $"at most {Array.MaxLength} bytes");

    private static Either<PtqError, Unit> Stage(string path, IEnumerable<ReadOnlyMemory<byte>> pieces, List<(string, string, string)> staged)
    {
        if (Directory.Exists(path)) return new PtqError.NoAccess(path, "write", IsFolder);
        var full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is "/dev" or "/dev/fd")
        {
            using var device = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            foreach (var piece in pieces) device.Write(piece.Span); // renaming would put a file in the place of the device
            return Unit.Default;
        }

        // A link stays a link; what it points to is replaced.
        var target = new FileInfo(full) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : full;
        var folder = Path.GetDirectoryName(target)!;
        if (FileInTheWay(path, folder) is { } error) return error;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, TemporaryName());
        using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        staged.Add((path, temporary, target));
        foreach (var piece in pieces) file.Write(piece.Span);
        file.Flush(flushToDisk: true);
        return Unit.Default;
    }

    private static PtqError? FileInTheWay(string path, string folder)
    {
        for (var up = folder; up is not null; up = Path.GetDirectoryName(up))
            if (File.Exists(up)) return new PtqError.NoAccess(path, "write", "a file stands where a folder is needed");
        return null;
    }

    private static Either<PtqError, Unit> Moved(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        return Unit.Default;
    }

    private static Either<PtqError, Unit> Removed(string temporary)
    {
        File.Delete(temporary);
        return Unit.Default;
    }

    private static string TemporaryName() => $".ptq-{Path.GetRandomFileName()}";

    private static Either<PtqError, T> Try<T>(string path, string action, Func<Either<PtqError, T>> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (IsAnswer(e))
        {
            return new PtqError.NoAccess(path, action, Reason(path, action, e));
        }
    }

    private static bool IsAnswer(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or SecurityException;

    private const string IsFolder = "it is a folder";

    // .NET's own messages name the full path, or that of a temporary file; behind " : " stands only that.
    private static string Reason(string path, string action, Exception e) => e switch
    {
        FileNotFoundException when action == "write" => "no file can be made there",
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "there is no such folder",
        PathTooLongException => "the path is too long",
        ArgumentException or NotSupportedException => "this is not the path of a file",
        _ when Directory.Exists(path) && e is UnauthorizedAccessException => IsFolder,
        UnauthorizedAccessException or SecurityException => "permission denied",
        _ => e.Message.Split(" : ")[0],
    };
}
