using System.Runtime.InteropServices;

namespace Ptq.Terminal;

/// <summary>Ctrl-C and the like, put off while something must not be left half done.</summary>
public static class Interrupts
{
    private const int Interrupted = 130;

    /// <summary>Runs a short piece of work to its end; an interrupt that came meanwhile ends the program then.</summary>
    public static T Wait<T>(Func<T> work)
    {
        var came = 0;
        T result;
        using (PosixSignalRegistration.Create(PosixSignal.SIGINT, Hold))
        using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, Hold)) result = work();
        if (Volatile.Read(ref came) != 0) Environment.Exit(Interrupted);
        return result;

        void Hold(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Volatile.Write(ref came, 1);
        }
    }
}
