using System.Runtime.ExceptionServices;

namespace Micro.Hosting;

/// <summary>Runs steps of which every one must have its turn, and reports all that failed together.</summary>
internal sealed class StepErrors(params Exception[] errors)
{
    private readonly List<Exception> _errors = [.. errors];

    public async Task RunAsync(Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Kept and thrown at the end: the steps that follow must run.
            _errors.Add(exception);
        }
    }

    /// <summary>Throws the one error as it is, or all of them.</summary>
    public void ThrowIfAny()
    {
        if (_errors is [var single])
        {
            ExceptionDispatchInfo.Throw(single);
        }

        if (_errors.Count > 1)
        {
            throw new AggregateException(_errors);
        }
    }
}
