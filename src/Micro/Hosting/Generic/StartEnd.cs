namespace Micro.Hosting.Generic;

/// <summary>Ends the process of a host as <see cref="MicroService.RunAsync"/> ends one without a host.</summary>
internal static class StartEnd
{
    /// <summary>Prints the text of <c>--help</c>, <c>--version</c> or <c>--settings</c> and ends the process with 0, before anything starts.</summary>
    public static void Answer(string text)
    {
        ConsoleOutput.Print(text);
        Environment.Exit(0);
    }

    /// <summary>
    /// Call when a start fails: wrong input that the program does not catch then ends the process with one line and exit code 2.
    /// The runtime would print a stack and abort.
    /// </summary>
    /// <param name="name">Stands before the line.</param>
    public static void WatchErrors(string name) =>
        AppDomain.CurrentDomain.UnhandledException += (_, arguments) =>
        {
            if (arguments.ExceptionObject is MicroConfigurationException exception)
            {
                ConsoleOutput.PrintError($"{name}: {exception.Message}");
                Environment.Exit(2);
            }
        };
}
