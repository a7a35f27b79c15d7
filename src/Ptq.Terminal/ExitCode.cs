namespace Ptq.Terminal;

/// <summary>What the process says when it ends.</summary>
public enum ExitCode
{
    /// <summary>All was done.</summary>
    Done = 0,

    /// <summary>An input is bad: a file, a network, data.</summary>
    BadInput = 1,

    /// <summary>The command line is, or its configuration.</summary>
    BadUsage = 2,

    /// <summary>The program is.</summary>
    Bug = 3,

    /// <summary>All was done, and a result is not what was demanded of it.</summary>
    FailedCheck = 4,
}
