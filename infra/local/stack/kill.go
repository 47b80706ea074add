package stack

import "fmt"

// Kill ends all running processes of a function, by its logical id, as
// `kill -9` does, and says how many there were.
func (s *Stack) Kill(function string) (int, error) {
	f, known := s.functions[function]
	if !known {
		return 0, fmt.Errorf("there is no function %s", function)
	}
	return f.Kill()
}
