namespace Micro.Client;

/// <summary>The answer to one attempt, whose metadata is read on request. Safe for concurrent use.</summary>
internal interface IAnswer
{
    /// <summary>Gets a task that ends when the head has come or never will.</summary>
    Task Head { get; }

    /// <summary>Returns the headers; <see langword="null"/> when they have not come, or the answer is a failure without headers.</summary>
    CallMetadata? ReadHeaders();

    /// <summary>Returns the trailers; empty when there are none.</summary>
    CallMetadata ReadTrailers();
}
